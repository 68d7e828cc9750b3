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

// The adjoint in x: (n, h', w', o) * (o, c, kh, kw) -> `shape` (n, h, w, c), the shape of the convolution's
// input.
Tensor conv2d_input_gradient(const Tensor& y, const Tensor& weight, Conv2dOptions options,
                             const Shape& shape);

// The adjoint in the weight: (n, h, w, c) * (n, h', w', o) -> `shape` (o, c, kh, kw), the weight's shape.
Tensor conv2d_weight_gradient(const Tensor& x, const Tensor& y, Conv2dOptions options, const Shape& shape);

// The sizes of a convolution of an input with a weight of these shapes. Throws Error, which begins with the
// name, where they do not fit.
kernels::Conv2dSizes conv2d_sizes(const char* name, const Shape& x, const Shape& weight,
                                  Conv2dOptions options);

}  // namespace voronet
