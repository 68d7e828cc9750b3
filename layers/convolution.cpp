#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Conv2d::Conv2d(Index in, Index out, Index kernel, Random& random, Conv2dOptions options)
    : weight(fan_in_uniform({out, in, kernel, kernel}, in * kernel * kernel, random)),
      bias(fan_in_uniform({out}, in * kernel * kernel, random)),
      options_(options) {}

void Conv2d::describe(State& state) {
  state.parameter("weight", weight);
  state.parameter("bias", bias);
}

Tensor Conv2d::forward(const Tensor& x) { return conv2d(x, weight, options_) + bias; }

PlanValue Conv2d::plan(PlanBuilder& builder, PlanValue x) {
  return builder.convolution(x, weight, bias, options_);
}

}  // namespace voronet
