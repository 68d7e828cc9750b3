#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Linear::Linear(Index in, Index out, Random& random, Bias with_bias)
    : weight(fan_in_uniform({out, in}, in, random)),
      bias(with_bias == Bias::yes ? fan_in_uniform({out}, in, random) : Tensor()) {}

void Linear::describe(State& state) {
  state.parameter("weight", weight);
  if (bias.defined()) state.parameter("bias", bias);
  if (limit_) limit_->describe(state);
}

void Linear::limit_norm(double coefficient, const Shape& input, Random& random) {
  limit_.emplace(coefficient, input, random, weight.dtype());
}

Tensor Linear::used_weight(bool training) {
  if (!limit_) return weight;
  const LinearMap map = {[&](const Tensor& x) { return matmul(x, weight, {.b = true}); },
                         [&](const Tensor& y) { return matmul(y, weight); }};
  if (training) limit_->iterate(map);
  return weight * limit_->factor(map);
}

Tensor Linear::forward(const Tensor& x) { return linear(x, used_weight(training()), bias); }

PlanValue Linear::plan(PlanBuilder& builder, PlanValue x) {
  return builder.linear(x, evaluated_weight(), bias);
}

}  // namespace voronet
