// How far floats may move the margins of one pixel's changes, pixel by pixel.
#pragma once

#include <voronet/attacks/proof/provable_network.h>
#include <voronet/layers/plan/margin_bounds.h>

#include <map>
#include <optional>
#include <vector>

namespace voronet {

// About one image, for one thread; what has been asked for is kept.
class MarginRounding {
 public:
  // of_logits: of each position, how far a logit may be off, whatever value the pixel has. Network and image
  // must outlive it.
  MarginRounding(const ProvableNetwork& network, const data::Images& image, int label,
                 std::vector<double> of_logits);

  // Of the label's logit less another one: that of two logits, without bounds from the back.
  double operator()(Index position, int rival);
  // What it is at most, at no cost.
  double most(Index position) const { return 2 * of_logits_[position]; }

 private:
  const ProvableNetwork& network_;
  const Index width_;
  std::vector<double> of_logits_;
  std::optional<MarginBounds> from_back_;
  BoundPlan::Base base_;
  std::optional<MarginPlan::Base> margin_base_;
  std::optional<PixelBounds> bounds_;
  std::map<Index, std::vector<std::optional<double>>> known_;  // by position and rival
  Index placed_ = -1;                                          // the position of which from_back_ speaks
  bool finite_ = false;
};

}  // namespace voronet
