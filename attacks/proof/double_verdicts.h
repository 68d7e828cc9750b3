// What the network in double says of changes of an image, and the model itself where that is near a tie.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/proof/places.h>
#include <voronet/attacks/proof/workplaces.h>

#include <cstdint>
#include <span>
#include <vector>

namespace voronet {

class DoubleVerdicts {
 public:
  // roundings: of each position, if one pixel changes, how far a logit of any evaluation may be from the
  // exact one; or nothing. workplaces: of this image. Everything but the rule must outlive it.
  DoubleVerdicts(const ProvableNetwork& network, const AttackedModel& model, const data::Images& image,
                 const FlipRule& rule, std::vector<double> roundings, Workplaces& workplaces);

  // Of the network in double, with the model's own class and confidences where these may be others. Of one
  // pixel of a gray image that is proven, by the roundings; else it is where the margin, or a confidence from
  // tau, is within 1e-5 of the largest logit, ten times what floats and doubles differ by.
  Prediction operator()(const PixelCandidates& candidates) const;

  // Whether an evaluation in floats may have another class than the exact one, of candidate i of these, at
  // this place, where logits may be off by so much.
  bool near_tie(const Prediction& answers, const PixelCandidates& candidates, Index i, const Place& place,
                double rounding);
  // Whether a class that may win such a tie may be confident.
  bool confident_rival(const Prediction& answers, Index i, double rounding) const;
  // Below it a margin is left to the model; 0 where that is proven, since then it hangs by the position.
  double doubt() const { return doubt_; }

 private:
  double margin(const Prediction& answers, Index i) const;
  double margin(const Prediction& answers, Index i, int rival) const;
  double margin_rounding(std::span<const std::uint8_t> colour, const Place& place, int rival);
  double doubt_at(Index position) const;
  Claim confident(double confidence, double doubt) const;

  const ProvableNetwork& network_;
  const Predict& predict_;
  const data::Images& image_;
  const FlipRule rule_;
  std::vector<double> roundings_;  // of one pixel of a gray image
  Workplaces& workplaces_;
  PixelQueries queries_;
  double doubt_ = 0;
};

}  // namespace voronet
