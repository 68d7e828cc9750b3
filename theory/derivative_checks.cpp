#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/theory/derivative_checks.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <cmath>

namespace voronet {
void check_adjoint(Checks& checks, const LinearMap& map, const Tensor& x, const Tensor& y) {
  const Tensor cx = map.forward(x);
  checks.trial("adjoint", "<C x, y> = <x, C^T y> for a convolution C",
               std::abs(inner(cx, y) - inner(x, map.adjoint(y))) / (length(cx) * length(y)), 1e-12);
}

void check_steepest_slope(Checks& checks, double gamma, double largest) {
  const double step = 1e-4 / std::sqrt(gamma);
  double steepest = 0;
  for (int i = 1; i < 40'000; ++i) {
    const double r = i * step;
    const double rise = std::exp(-gamma * (r - step) * (r - step)) - std::exp(-gamma * r * r);
    steepest = std::max(steepest, rise / step);
  }
  checks.trial("gauss-slope", "the steepest slope of exp(-gamma r^2) is sqrt(2 gamma / e)",
               std::abs(steepest / largest - 1), 1e-7);
}

void check_confidence_slopes(Checks& checks, Head& head, const Tensor& features,
                             const std::vector<double>& largest) {
  for (Index k = 0; k < std::ssize(largest); ++k) {
    const Tensor x = variable(features);
    const Tensor slopes = grad(sum(slice(head.confidences(head(x)), 1, k, k + 1)), {x})[0];
    checks.trial("confidence-slope", "no confidence is steeper than sqrt(2 gamma / e) (of DUQ times |W_k|)",
                 std::sqrt(voronet::largest(sum(square(slopes), {1}))), largest[k] * (1 + 1e-9));
  }
}

void check_softmax_jacobian(Checks& checks, const PointMap& softmax, const Tensor& logits) {
  for (const double norm : jacobian_norms(softmax, logits))
    checks.trial("softmax-jacobian", "the Jacobian of softmax has a norm of at most 1/2", norm,
                 0.5 * (1 + 1e-12));
}

void check_loss_gradients(Checks& checks, const std::function<Tensor()>& loss, const Tensors& inputs,
                          const Tensors& gradients) {
  const NoGrad scope;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (Index j = 0; j < inputs[i].size(); ++j) {
      double& value = inputs[i].mutable_data<double>()[j];
      const double before = value, step = 1e-5;
      value = before + step;
      const double above = loss().item();
      value = before - step;
      const double below = loss().item();
      value = before;
      checks.trial("loss-gradients", "gradients of the losses agree with central differences",
                   std::abs(gradients[i].at(j) - (above - below) / (2 * step)), 1e-7);
    }
}

}  // namespace voronet
