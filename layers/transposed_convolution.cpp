#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/transposed_convolution.h>

namespace voronet {

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
