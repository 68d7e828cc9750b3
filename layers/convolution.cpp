#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Conv2d::Conv2d(Index in, Index out, Index kernel, Random& random, Conv2dOptions options, Bias with_bias)
    : weight(fan_in_uniform({out, in, kernel, kernel}, in * kernel * kernel, random)),
      bias(with_bias == Bias::yes ? fan_in_uniform({out}, in * kernel * kernel, random) : Tensor()),
      options_(options) {}

void Conv2d::describe(State& state) {
  state.parameter("weight", weight);
  if (bias.defined()) state.parameter("bias", bias);
}

Tensor Conv2d::forward(const Tensor& x) {
  const Tensor y = conv2d(x, weight, options_);
  return bias.defined() ? y + bias : y;
}

PlanValue Conv2d::plan(PlanBuilder& builder, PlanValue x) {
  return builder.convolution(x, weight, bias, options_);
}

}  // namespace voronet
