#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Conv2d::Conv2d(Index in, Index out, Index kernel, Random& random, Conv2dLayerOptions options)
    : options_{options.stride, options.padding}, tail_{options.max_pool, options.relu} {
  weight = fan_in_uniform({out, in, kernel, kernel}, in * kernel * kernel, random);
  if (options.bias) bias = fan_in_uniform({out}, in * kernel * kernel, random);
}

LinearMap Conv2d::map(const Shape& input) {
  return {[this](const Tensor& x) { return conv2d(x, weight, options_); },
          [=, this](const Tensor& y) { return conv2d_input_gradient(y, weight, options_, input); }};
}

Tensor Conv2d::forward(const Tensor& x) { return conv2d(x, used_weight(training()), bias, options_, tail_); }

PlanValue Conv2d::plan(PlanBuilder& builder, PlanValue x) {
  PlanValue y = builder.convolution(x, evaluated_weight(), bias, options_);
  if (tail_.relu) y = builder.relu(y);  // before or after pooling is the same
  return tail_.max_pool > 1 ? builder.max_pool(y, {.size = tail_.max_pool}) : y;
}

ConvTranspose2d::ConvTranspose2d(Index in, Index out, Index kernel, Random& random,
                                 ConvTranspose2dLayerOptions options)
    : weight(fan_in_uniform({in, out, kernel, kernel}, out * kernel * kernel, random)),
      bias(options.bias ? fan_in_uniform({out}, out * kernel * kernel, random) : Tensor()),
      options_{options.stride, options.padding, options.output_padding} {}

void ConvTranspose2d::describe(State& state) {
  state.parameter("weight", weight);
  if (bias.defined()) state.parameter("bias", bias);
}

Tensor ConvTranspose2d::forward(const Tensor& x) {
  const Tensor y = conv_transpose2d(x, weight, options_);
  return bias.defined() ? y + bias : y;
}

}  // namespace voronet
