// MarginBounds: the label's logit less another one, while one pixel takes any colours of a box, bounded from
// the back.
#pragma once

#include <voronet/layers/plan/margin_place.h>
#include <voronet/layers/plan/margin_roundings.h>
#include <voronet/layers/plan/relaxation.h>

#include <optional>
#include <span>
#include <vector>

namespace voronet {

// A margin over a box of colours, in exact arithmetic: constant + sum_k slope_k t_k, where t_k goes from -1
// to 1 as channel k does from low to high, but for the noise, and for what the doubles of this file round:
// plan::double_rounding at most of what floats do by bounds of the features.
struct LinearMargin {
  double constant = 0, noise = 0;
  std::vector<double> slopes = {};
};

// Every value is seen as a difference from the base image's, which is 0 outside the windows that the pixel
// reaches. A pass begins with the difference of two rows of the head's weights, one coefficient a feature,
// and carries the coefficients back through the steps' sums, as gradients go. Where a step bends, the range
// that the value has before that, in the box or in one that holds it, gives a line and a noise
// (relaxation.h): the coefficient goes through the line, and the noise counts times the coefficient. So at
// the pixel everything that cancels has cancelled. (Zhang et al., CROWN, NeurIPS 2018; Singh, Gehr, Pueschel,
// Vechev, "An abstract domain for certifying neural networks", POPL 2019.)
class MarginBounds {
 public:
  // For one thread. Everything must outlive it.
  MarginBounds(const MarginPlan& plan, const MarginPlan::Base& base, int label);

  // The next pixel, of which `all` has just bounded the features of all colours that are to come. False where
  // an evaluation may overflow: then there are no margins.
  bool place(const PixelBounds& all);
  // What all those colours make of each value.
  const MarginRanges& all() const { return place_->ranges; }
  // The same of a box of colours, within one that has these ranges.
  MarginRanges ranges(std::span<const ValueRange> colours, const MarginRanges& within);

  // Of the label less the rival, in a box of colours, by ranges of one that holds it. Tight from below: what
  // a proof that nothing flips needs.
  LinearMargin margin(int rival, std::span<const ValueRange> colours, const MarginRanges& ranges,
                      plan::Tight tight);

  // How far an evaluation's margin may be from the exact one, whatever colour the pixel has of a box that has
  // these ranges.
  double rounding(int rival, const MarginRanges& ranges) { return roundings_.of(rival, ranges); }

 private:
  // What does not hang by the box: the base image's margin, with the coefficients and the constant of all
  // features that do not bend.
  struct Known {
    double constant = 0;
    std::vector<double> coefficients = {};
  };
  const Known& known(int rival);
  bool bends(Index feature) const;
  void bend(const MarginPlan::Step& step, const MarginRanges& ranges, plan::Tight tight,
            LinearMargin& margin);

  const MarginPlan& plan_;
  const MarginPlan::Base& base_;
  const int label_;
  MarginRoundings roundings_;
  std::optional<MarginPlace> place_;
  std::vector<std::optional<Known>> known_;  // by rival
  std::vector<double> coefficients_;
  std::vector<double> forms_;  // see RangePass
};

}  // namespace voronet
