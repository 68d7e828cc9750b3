#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/optim/clip.h>

#include <cmath>

namespace voronet {

double clip_norm(Tensors& gradients, double most) {
  require(most > 0, "clip_norm: a norm of at most ", most, " is not possible");
  const NoGrad scope;
  double squares = 0;
  for (const Tensor& gradient : gradients) squares += sum(square(gradient.to(Dtype::f64))).item();
  const double norm = std::sqrt(squares);
  if (norm > most && std::isfinite(norm))
    for (Tensor& gradient : gradients) gradient = most / norm * gradient;
  return norm;
}

}  // namespace voronet
