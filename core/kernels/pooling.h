// Max and average pooling of dense n x h x w x c images over square windows, without padding, in parallel
// over images.
#pragma once

#include <voronet/core/shape.h>

#include <cstdint>

namespace voronet::kernels {

// The window is no larger than the image; windows that would reach over the border are left out.
struct Pool2dSizes {
  Index n, h, w, c;
  Index size, stride;

  Index out_h() const { return (h - size) / stride + 1; }
  Index out_w() const { return (w - size) / stride + 1; }
};

// y (n, h', w', c): the first largest element of each window, row by row; a NaN is the largest. positions,
// unless null, gets where each was found, counted in elements from the start of its image, which has less
// than 2^31.
template <class T>
void max_pool2d(const Pool2dSizes& sizes, const T* x, T* y, std::int32_t* positions);

// y: the mean of each window.
template <class T>
void avg_pool2d(const Pool2dSizes& sizes, const T* x, T* y);

// The adjoint of avg_pool2d: overwrites x (n, h, w, c).
template <class T>
void avg_pool2d_input_gradient(const Pool2dSizes& sizes, const T* y, T* x);

}  // namespace voronet::kernels
