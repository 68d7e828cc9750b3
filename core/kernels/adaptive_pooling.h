// Average pooling of dense n x h x w x c images to a given size, in parallel over images.
#pragma once

#include <voronet/core/shape.h>

namespace voronet::kernels {

// The output is no larger than the image. Its row i is of rows i h / out_h, rounded down, to (i + 1) h /
// out_h, rounded up; columns likewise.
struct AdaptivePool2dSizes {
  Index n, h, w, c;
  Index out_h, out_w;
};

// y (n, out_h, out_w, c): the mean of each window.
template <class T>
void adaptive_avg_pool2d(const AdaptivePool2dSizes& sizes, const T* x, T* y);

// The adjoint of adaptive_avg_pool2d: overwrites x (n, h, w, c).
template <class T>
void adaptive_avg_pool2d_input_gradient(const AdaptivePool2dSizes& sizes, const T* y, T* x);

}  // namespace voronet::kernels
