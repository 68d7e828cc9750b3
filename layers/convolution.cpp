#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Conv2d::Conv2d(Index in, Index out, Index kernel, Random& random, Conv2dLayerOptions options)
    : weight(fan_in_uniform({out, in, kernel, kernel}, in * kernel * kernel, random)),
      bias(options.bias ? fan_in_uniform({out}, in * kernel * kernel, random) : Tensor()),
      options_{options.stride, options.padding},
      tail_{options.max_pool, options.relu} {}

void Conv2d::describe(State& state) {
  state.parameter("weight", weight);
  if (bias.defined()) state.parameter("bias", bias);
  if (limit_) limit_->describe(state);
}

void Conv2d::limit_norm(double coefficient, const Shape& input, Random& random) {
  limit_.emplace(coefficient, input, random, weight.dtype());
  input_ = input;
}

Tensor Conv2d::used_weight(bool training) {
  if (!limit_) return weight;
  const LinearMap map = {[&](const Tensor& x) { return conv2d(x, weight, options_); },
                         [&](const Tensor& y) { return conv2d_input_gradient(y, weight, options_, input_); }};
  if (training) limit_->iterate(map);
  return weight * limit_->factor(map);
}

Tensor Conv2d::forward(const Tensor& x) { return conv2d(x, used_weight(training()), bias, options_, tail_); }

PlanValue Conv2d::plan(PlanBuilder& builder, PlanValue x) {
  PlanValue y = builder.convolution(x, evaluated_weight(), bias, options_);
  if (tail_.relu) y = builder.relu(y);  // before or after pooling is the same
  return tail_.max_pool > 1 ? builder.max_pool(y, {.size = tail_.max_pool}) : y;
}

}  // namespace voronet
