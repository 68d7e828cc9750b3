// The margin between logits, as a loss to go by: it does not saturate where confidences do.
#pragma once

#include <voronet/layers/loss.h>

namespace voronet {

// (n): the logit of each class of `aimed`, (n, classes), one-hot, less the largest of the others.
Tensor margins(const Tensor& logits, const Tensor& aimed);

// Sum over the batch of what the labels' logits lack of the largest other: above 0 for a flip (Carlini and
// Wagner, "Towards evaluating the robustness of neural networks", 2017, f_6).
class MarginLoss : public Loss {
 public:
  Tensor operator()(const Tensor& logits, std::span<const int> labels) override;
};

}  // namespace voronet
