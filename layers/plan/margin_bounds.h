// MarginBounds: the label's logit less another one, while one pixel takes any colours of a box, bounded from
// the back.
#pragma once

#include <voronet/layers/plan/back_pass.h>
#include <voronet/layers/plan/margin_roundings.h>

#include <optional>
#include <span>
#include <vector>

namespace voronet {

// A pass begins with the difference of two rows of the head's weights, one coefficient a feature, and carries
// it back (back_pass.h). (Zhang et al., CROWN, NeurIPS 2018; Singh, Gehr, Pueschel, Vechev, "An abstract
// domain for certifying neural networks", POPL 2019.)
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
  // Cuts them by bounds from the back of the values that may bend (tight_ranges.h); or all().
  void tighten(std::span<const ValueRange> colours, MarginRanges& ranges);
  void tighten();

  // Of the label less the rival, in a box of colours, by ranges of one that holds it. Tight from below: what
  // a proof that nothing flips needs.
  plan::LinearBound margin(int rival, std::span<const ValueRange> colours, const MarginRanges& ranges,
                           plan::Tight tight);

  // How far an evaluation's margin may be from the exact one, whatever colour the pixel has of a box that has
  // these ranges. Where that is more than `enough`, it is followed from the back (MarginRoundings::refine).
  double rounding(int rival, const MarginRanges& ranges, double enough);

 private:
  // What does not hang by the box: the base image's margin, with the coefficients and the constant of all
  // features that do not bend.
  struct Known {
    double constant = 0;
    std::vector<double> coefficients = {};
  };
  const Known& known(int rival);
  bool bends(Index feature) const;

  const MarginPlan& plan_;
  const MarginPlan::Base& base_;
  const int label_;
  MarginRoundings roundings_;
  bool refined_ = false;  // the roundings, at this place
  std::optional<MarginPlace> place_;
  std::vector<std::optional<Known>> known_;  // by rival
  plan::BackPass<1> pass_;
  plan::BackPass<8> passes_;
  std::vector<double> forms_;  // see range_pass
};

}  // namespace voronet
