// PixelBounds: what a network can make of an image in which some pixels take any values of a box.
#pragma once

#include <voronet/layers/plan/bound_plan.h>

#include <optional>
#include <span>
#include <vector>

namespace voronet {

// Bounds about one base image, for one thread: only what so many pixels can change is computed. Plan and base
// must outlive it.
class PixelBounds {
 public:
  PixelBounds(const BoundPlan& plan, const BoundPlan::Base& base, Index pixels = 1);

  // The features (the head's input) when the pixels at these positions, row * width + column, all different,
  // take any values of these ranges, one for each channel of each, and the others are the base's. Variable k
  // goes from -1 to 1 as range k does from low to high. Good until the next call.
  const plan::AffineForms& features(std::span<const Index> positions, std::span<const ValueRange> ranges);
  // The same of one pixel.
  const plan::AffineForms& features(Index row, Index column, std::span<const ValueRange> ranges);
  // For a single range: where the first step of the network that is not affine all along the range bends
  // (nearest the middle). None: up to rounding, the features are affine in the channel's value.
  std::optional<double> kink() const { return kink_; }
  // What each element of a value can be before ReLU or a function, in any evaluation.
  const std::vector<plan::Unbent>& before(int value) const { return before_[value]; }
  // A window of each value's map that holds all that the last pixels can change.
  std::vector<plan::Windows> changed() const;

 private:
  // Windows of a map, one each, that have nothing in common.
  using Regions = std::vector<plan::Windows>;
  static Regions apart(Regions regions);
  void move_to(std::span<const Index> positions);
  static void restore(const plan::MapSize& map, const plan::AffineForms& base, const Regions& changed,
                      plan::AffineForms& forms);
  void sum(std::size_t step, plan::Kink* kink);
  void bend(const PlanStep& step, plan::Kink* kink);

  const BoundPlan& plan_;
  const BoundPlan::Base& base_;
  std::vector<plan::AffineForms> values_;  // the base's but where changed_ says
  std::vector<Regions> changed_;
  std::vector<std::vector<plan::Unbent>> before_;
  std::vector<double> largest_;  // magnitude of each value
  std::optional<double> kink_;
  std::vector<Index> positions_;  // the pixels that changed_ is of; none at first
  Index pixels_;
};

}  // namespace voronet
