#include <voronet/attacks/gradient/margin.h>
#include <voronet/core/operators.h>

#include <limits>

namespace voronet {

Tensor margins(const Tensor& logits, const Tensor& aimed) {
  // Not by products with 0, which are NaN of an infinite logit.
  const Tensor never = full({}, -std::numeric_limits<double>::infinity(), logits.dtype());
  return sum(where(aimed, logits, zeros({}, logits.dtype())), {1}) - max(where(aimed, never, logits), 1);
}

Tensor MarginLoss::operator()(const Tensor& logits, std::span<const int> labels) {
  return -sum(margins(logits, one_hot(labels, logits.dim(1), logits.dtype())));
}

}  // namespace voronet
