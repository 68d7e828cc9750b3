// MarginPlan: a network compiled for bounds of the difference of two logits from the back.
#pragma once

#include <voronet/layers/plan/bound_plan.h>
#include <voronet/layers/plan/links.h>
#include <voronet/layers/plan/packed_maps.h>

#include <span>
#include <vector>

namespace voronet {

// A BoundPlan's graph as a pass from the back reads it. Every step is a sum, by links, that then may bend, by
// ReLU or a function, element by element. A flatten before a linear step is part of that step. Numbers of an
// image are packed, all maps whole. Several threads may use one.
class MarginPlan {
 public:
  // Whether a network has such bounds: of images of at most three channels, with logits that are linear in
  // the features; only sums read the image, so that their rounding can hold that of reading pixels; no value
  // is read by so many others that what doubles round on the way back would count; and nothing takes maxima,
  // since LeNets are decided sooner by bounds of the features.
  static bool possible(const BoundPlan& bounds);
  // Of a network for which it is possible. `bounds` must outlive it.
  explicit MarginPlan(const BoundPlan& bounds);
  MarginPlan(const MarginPlan&) = delete;  // links point to weights
  MarginPlan& operator=(const MarginPlan&) = delete;

  struct Step {
    PlanStep plan;
    const plan::StepRounding* rounding;
    std::vector<double> weights;  // see weights_of
    double share;                 // what a sum's own operations round, in parts of its terms' absolute values

    bool is_function() const { return plan.kind == PlanKind::function; }  // bends its sums by a function
    bool bends() const { return plan.relu || is_function(); }             // whether anything bends them
    // How much further apart its bend brings two values at most.
    double steepest() const { return is_function() ? lipschitz(plan.function) : 1; }
    // What an evaluation makes of what is in this range before the bend.
    ValueRange after(const ValueRange& before) const;
  };

  // An image's own course, packed; each value as it is before and after its step's bend.
  struct Base {
    const BoundPlan::Base* forms;
    std::vector<double> before, values, magnitudes;
    std::vector<double> off;        // how far an evaluation may be from the exact one, before the bend
    std::vector<double> terms;      // what sums round in proportion to their terms
    std::vector<double> roundings;  // what they round at all
  };
  // forms must outlive what this gives.
  Base base(const BoundPlan::Base& forms) const;

  const BoundPlan& bounds() const { return *bounds_; }       // of the network
  const std::vector<Step>& steps() const { return steps_; }  // in the order of evaluation
  // The step that writes a value; null for the image, and for a flatten that is part of another step.
  const Step* writer(int value) const { return writers_[value] < 0 ? nullptr : &steps_[writers_[value]]; }
  const plan::PackedMaps& whole() const { return whole_; }                      // all values, whole maps
  const std::vector<plan::Links>& whole_links() const { return whole_links_; }  // links(whole())
  // Of each step, what within these windows it adds up: residuals and the parts of a concat, too.
  std::vector<plan::Links> links(const plan::PackedMaps& maps) const;

  // What the own operations of each sum, and of each function, round in an evaluation that has these values
  // before bends, packed as `maps`, and the base's elsewhere.
  struct Roundings {
    std::vector<double> of_sums;     // packed alike
    std::vector<double> magnitudes;  // of all values, behind bends: packed whole
  };
  Roundings roundings(const Base& base, const plan::PackedMaps& maps, const std::vector<plan::Links>& links,
                      std::span<const ValueRange> evaluated) const;

 private:
  // Adds to `all` what the largest inputs decide; largest: the magnitude of each value.
  void add_of_largest(const plan::PackedMaps& maps, std::span<const double> largest,
                      std::span<const ValueRange> evaluated, std::span<const double> magnitudes,
                      std::span<double> all) const;

  const BoundPlan* bounds_;
  std::vector<Step> steps_;
  std::vector<int> writers_;  // by value, a step's position or less than 0
  plan::PackedMaps whole_;
  std::vector<plan::Links> whole_links_;
};

}  // namespace voronet
