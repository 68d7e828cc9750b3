// MarginRoundings: how far an evaluation's margin, the label's logit less another one, may be from the exact
// one, whatever colour of a box one pixel has.
#pragma once

#include <voronet/layers/plan/margin_place.h>

#include <array>
#include <span>
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
  // thousands of times too far. This finds it from the back, by a pass for each of the place's values that it
  // may change much, and with that what sums of such values round; the first time, of the image's own, too.
  // For all colours, and so for whatever is asked about next; or for those of which values are in these
  // ranges, until others are asked about.
  void refine();
  void refine(const MarginRanges& ranges);

  // Of the label's logit less the rival's, whatever colour of those the pixel has of which values are in
  // these ranges before bends, in exact arithmetic.
  double of(int rival, const MarginRanges& ranges);

 private:
  // What is known of all values, packed whole.
  struct Known {
    std::vector<double> off;         // how far an evaluation may be from the exact one, before bends
    std::vector<double> magnitudes;  // behind them
    std::vector<double> roundings;   // what each sum's own operations round
  };
  Known refined_image() const;
  bool see(const MarginRanges& ranges);
  void follow(std::vector<double>* smaller);
  void refine_off(std::size_t step, std::vector<double>& smaller);
  std::span<const Index> changed(int value) const;
  ValueRange evaluated(Index p) const;
  bool is_open(const MarginPlan::Step& step, Index p) const;
  template <std::size_t lanes>
  void bend(const MarginPlan::Step& step, std::array<double, lanes>& off);
  template <std::size_t lanes>
  std::array<double, lanes> before_bend(std::size_t step);
  template <std::size_t lanes>
  void count(int value, std::array<double, lanes>& off) const;

  const MarginPlan& plan_;
  const MarginPlan::Base& base_;
  const int label_;
  const MarginPlace* place_ = nullptr;
  std::vector<Index> changed_;        // where the place's values are among all; of no place, all
  MarginRanges ranges_;               // of all values before bends, in exact arithmetic
  std::vector<double> of_front_;      // how far values are off over all colours, where nothing cancels
  Known all_;                         // over all colours
  Known known_;                       // in these ranges
  bool is_refined_ = false;           // what is known in them
  Known image_;                       // of the image itself, once that is refined
  std::vector<double> behind_;        // how far values are off behind bends
  std::vector<double> coefficients_;  // of one function or of several, side by side
};

}  // namespace voronet
