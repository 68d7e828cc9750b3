// Two-dimensional convolution (cross-correlation, as all frameworks call it) and its two adjoints.
// Images are n x h x w x c, weights have PyTorch's shape out x in x kh x kw.
#pragma once

#include <voronet/core/kernels/convolution.h>
#include <voronet/core/tensor.h>

namespace voronet {

struct Conv2dOptions {
  Index stride = 1;   // >= 1, both directions
  Index padding = 0;  // zeros on every side, >= 0
};

// (n, h, w, c) * (o, c, kh, kw) -> (n, h', w', o) with h' = (h + 2 padding - kh) / stride + 1, rounded down,
// and w' likewise. Throws Error when channels differ or the kernel is larger than the padded image.
Tensor conv2d(const Tensor& x, const Tensor& weight, Conv2dOptions options = {});

// What follows a convolution in most networks, done while its output is still in the cache.
struct Conv2dTail {
  Index max_pool = 1;  // side and stride of the windows; 1: none
  bool relu = false;
};

// relu(max_pool2d(conv2d(x, weight) + bias)); bias (o) may be undefined. Keeps x, weight, what pooling chose
// and, with ReLU, the output, but not the convolution's. Throws Error as conv2d and max_pool2d do.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, Conv2dOptions options,
              Conv2dTail tail = {});

// The adjoint in x: (n, h', w', o) * (o, c, kh, kw) -> `shape` (n, h, w, c), its input's shape.
Tensor conv2d_input_gradient(const Tensor& y, const Tensor& weight, Conv2dOptions options,
                             const Shape& shape);

// The adjoint in the weight: (n, h, w, c) * (n, h', w', o) -> `shape` (o, c, kh, kw), the weight's shape.
Tensor conv2d_weight_gradient(const Tensor& x, const Tensor& y, Conv2dOptions options, const Shape& shape);

// The sizes for an input and a weight of these shapes. Throws Error, name first, where they do not fit.
kernels::Conv2dSizes conv2d_sizes(const char* name, const Shape& x, const Shape& weight,
                                  Conv2dOptions options);

struct ConvTranspose2dOptions {
  Index stride = 1, padding = 0;  // of the convolution whose adjoint it is
  Index output_padding = 0;       // rows and columns that this convolution would leave out, < stride
};

// Transposed convolution, as networks that make images from features have it: conv2d's adjoint in its input,
// for the smallest image that it can have come from or one larger by output_padding. (n, h, w, c) * (c, o,
// kh, kw), the weight as PyTorch has it -> (n, h', w', o) with h' = (h - 1) stride - 2 padding + kh +
// output_padding, and w' likewise. Throws Error when channels differ, or for an empty result.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, ConvTranspose2dOptions options = {});

}  // namespace voronet
