// MarginRoundings: how far an evaluation's margin, the label's logit less another one, may be from the exact
// one, whatever colour of a box one pixel has.
#pragma once

#include <voronet/layers/plan/margin_place.h>

#include <vector>

namespace voronet {

// An evaluation less the exact network, value by value, is a network of its own: of the same weights, without
// biases, where a ReLU multiplies by anything from 0 to 1, but by 1 or 0 where both values are surely on one
// side of its bend, and each sum adds what its own operations round. So a sum's rounding counts times a
// coefficient that a pass from the back finds. It goes on by the middle of what a bend may multiply by; the
// rest of that multiplies how far the value is off before the bend, and counts as a rounding there.
class MarginRoundings {
 public:
  // For one thread. Everything must outlive it.
  MarginRoundings(const MarginPlan& plan, const MarginPlan::Base& base, int label);

  // The next pixel, with all of its colours; it must outlive what is asked about it.
  void place(const MarginPlace& place);

  // How far values are off before bends is known from the front, where nothing cancels: in deep networks
  // thousands of times too far. This finds it from the back, by a pass for each value that it may change
  // much, and with that what sums of such values round.
  void refine();

  // Of the label's logit less the rival's, whatever colour of those the pixel has of which values are in
  // these ranges before bends, in exact arithmetic.
  double of(int rival, const MarginRanges& ranges);

 private:
  void see(const MarginRanges& ranges);
  ValueRange evaluated(Index p) const;
  void refine_off(std::size_t step);
  bool is_open(const MarginPlan::Step& step, Index p) const;
  double bend(const MarginPlan::Step& step);
  double before_bend(std::size_t step);
  double counted(int value) const;

  const MarginPlan& plan_;
  const MarginPlan::Base& base_;
  const int label_;
  const MarginPlace* place_ = nullptr;
  std::vector<Index> changed_;  // where the place's values are among all
  // Of all values: before bends, in exact arithmetic, and how far an evaluation is off there; magnitudes
  // behind bends; what each sum's own operations round; and the coefficients.
  std::vector<ValueRange> ranges_;
  std::vector<double> off_, magnitudes_, roundings_, coefficients_;
  std::vector<double> most_off_;  // over all colours
};

}  // namespace voronet
