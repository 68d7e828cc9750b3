// PixelBounds: what a network can make of an image in which one pixel takes any values of a box.
#pragma once

#include <voronet/layers/plan/bound_plan.h>

#include <optional>
#include <span>
#include <vector>

namespace voronet {

// An interval of one channel's values.
struct ValueRange {
  double low, high;
};

// Bounds about one base image, for one thread: only what a pixel can change is computed. Plan and base must
// outlive it.
class PixelBounds {
 public:
  PixelBounds(const BoundPlan& plan, const BoundPlan::Base& base);

  // The features (the head's input) when the pixel takes any values of these ranges, one for each channel,
  // and the other pixels are the base's. Variable k goes from -1 to 1 as channel k does from low to high.
  // Good until the next call.
  const plan::AffineForms& features(Index row, Index column, std::span<const ValueRange> ranges);
  // For a single channel: where the first step of the network that is not affine all along the range bends
  // (nearest the middle). None: up to rounding, the features are affine in the channel's value.
  std::optional<double> kink() const { return kink_; }

 private:
  void restore(const plan::MapSize& map, const plan::AffineForms& base, const plan::Windows& changed,
               plan::AffineForms& forms);

  const BoundPlan& plan_;
  const BoundPlan::Base& base_;
  std::vector<plan::AffineForms> values_;  // the base's but where changed_ says
  std::vector<plan::Windows> changed_;
  std::vector<double> largest_;  // magnitude of each value
  std::optional<double> kink_;
};

}  // namespace voronet
