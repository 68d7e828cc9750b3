// Transposed convolution, as networks that make images from features have it.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

struct ConvTranspose2dOptions {
  Index stride = 1, padding = 0;  // of the convolution whose adjoint it is
  Index output_padding = 0;       // rows and columns that this convolution would leave out, < stride
};

// The adjoint of conv2d in its input, for the smallest image that it can have come from or one larger by
// output_padding. (n, h, w, c) * (c, o, kh, kw), the weight as PyTorch has it -> (n, h', w', o) with h' = (h
// - 1) stride - 2 padding + kh + output_padding, and w' likewise. Throws Error when channels differ, or for
// an empty result.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, ConvTranspose2dOptions options = {});

}  // namespace voronet
