// MarginRoundings: how far an evaluation's margin, the label's logit less another one, may be from the exact
// one, whatever colour of a box one pixel has.
#pragma once

#include <voronet/layers/plan/margin_place.h>

#include <vector>

namespace voronet {

// An evaluation less the exact network, value by value, is a network of its own: of the same weights, without
// biases, where a ReLU multiplies by anything from 0 to 1, but by 1 or 0 where both values are surely on one
// side of its bend, and each sum adds what its own operations round. So a sum's rounding counts times a
// coefficient that a pass from the back bounds, as an interval.
class MarginRoundings {
 public:
  // For one thread. Everything must outlive it.
  MarginRoundings(const MarginPlan& plan, const MarginPlan::Base& base, int label);

  // The next pixel, with all of its colours; it must outlive what is asked about it.
  void place(const MarginPlace& place);

  // Of the label's logit less the rival's, whatever colour of those the pixel has of which values are in
  // these ranges before bends, in exact arithmetic.
  double of(int rival, const MarginRanges& ranges);

 private:
  void bend(const MarginPlan::Step& step);
  double counted(int value) const;

  const MarginPlan& plan_;
  const MarginPlan::Base& base_;
  const int label_;
  const MarginPlace* place_ = nullptr;
  std::vector<ValueRange> ranges_;  // before bends, in any evaluation
  std::vector<double> roundings_;
  std::vector<Index> changed_;           // where these are not the base's, in the order of the place's values
  std::vector<double> middle_, radius_;  // of the coefficients
};

}  // namespace voronet
