#include <voronet/core/operators/matmul.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Linear::Linear(Index in, Index out, Random& random, Bias with_bias) {
  weight = fan_in_uniform({out, in}, in, random);
  if (with_bias == Bias::yes) bias = fan_in_uniform({out}, in, random);
}

LinearMap Linear::map(const Shape&) {
  return {[this](const Tensor& x) { return matmul(x, weight, {.b = true}); },
          [this](const Tensor& y) { return matmul(y, weight); }};
}

Tensor Linear::forward(const Tensor& x) { return linear(x, used_weight(training()), bias); }

PlanValue Linear::plan(PlanBuilder& builder, PlanValue x) {
  return builder.linear(x, evaluated_weight(), bias);
}

}  // namespace voronet
