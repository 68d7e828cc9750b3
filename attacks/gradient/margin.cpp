#include <voronet/attacks/gradient/margin.h>
#include <voronet/core/operators.h>

namespace voronet {

Tensor margins(const Tensor& logits, const Tensor& aimed) {
  // More than any two logits differ by, Gauss's too: keeps the aimed class out of the largest other logit.
  const Tensor never = 1 + 2 * max(abs(logits.detach()), 1, Dims::keep);
  return sum(aimed * logits, {1}) - max(logits - never * aimed, 1);
}

Tensor MarginLoss::operator()(const Tensor& logits, std::span<const int> labels) {
  return -sum(margins(logits, one_hot(labels, logits.dim(1), logits.dtype())));
}

}  // namespace voronet
