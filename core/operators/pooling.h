// Max and average pooling of n x h x w x c images over square windows, without padding. Windows that would
// reach over the border are left out: h' = (h - size) / stride + 1, rounded down.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

struct Pool2dOptions {
  Index size = 2;    // of the window, >= 1, at most the image's
  Index stride = 0;  // 0: the window's size
};

// (n, h, w, c) -> (n, h', w', c). The gradient goes to the first largest element; a NaN is the largest.
Tensor max_pool2d(const Tensor& x, Pool2dOptions options = {});
Tensor avg_pool2d(const Tensor& x, Pool2dOptions options = {});
// The adjoint of avg_pool2d: (n, h', w', c) -> `shape` (n, h, w, c), elements spread over their windows.
Tensor avg_pool2d_input_gradient(const Tensor& y, Pool2dOptions options, const Shape& shape);

// What pooling makes of images of this shape. Throws Error, name first, where it does not fit.
Shape pool2d_shape(const char* name, const Shape& x, Pool2dOptions options);

}  // namespace voronet
