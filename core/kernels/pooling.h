// Max and average pooling of dense n x h x w x c images, square windows, no padding, in parallel over images.
#pragma once

#include <voronet/core/kernels/elementwise.h>

#include <algorithm>
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
// unless null, gets where each was found, in elements from the start of its image, fewer than 2^31.
template <class T>
void max_pool2d(const Pool2dSizes& sizes, const T* x, T* y, std::int32_t* positions);

// y: the mean of each window.
template <class T>
void avg_pool2d(const Pool2dSizes& sizes, const T* x, T* y);

// The adjoint of avg_pool2d: overwrites x (n, h, w, c).
template <class T>
void avg_pool2d_input_gradient(const Pool2dSizes& sizes, const T* y, T* x);

// Calls f(image, output pixel in it, first element of its window in it), in parallel over images.
template <class F>
void for_each_window(const Pool2dSizes& s, const F& f) {
  const Index out_h = s.out_h(), out_w = s.out_w();
  parallel_for(s.n, 1 + elements_a_piece / std::max<Index>(s.h * s.w * s.c, 1), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n)
      for (Index i = 0; i < out_h; ++i)
        for (Index j = 0; j < out_w; ++j) f(n, i * out_w + j, (i * s.w + j) * s.stride * s.c);
  });
}

// Calls f(offset from the window's first element) for each pixel of a window, row by row.
template <class F>
void for_each_pixel(const Pool2dSizes& s, const F& f) {
  for (Index u = 0; u < s.size; ++u)
    for (Index v = 0; v < s.size; ++v) f((u * s.w + v) * s.c);
}

// Where a window's first largest element is, from its first pixel on. A NaN is larger than all numbers.
template <class T>
Index find_largest(const Pool2dSizes& s, const T* window) {
  Index found = 0;
  for_each_pixel(s, [&](Index offset) {
    const T largest = window[found];
    if (!(window[offset] <= largest) && largest == largest) found = offset;
  });
  return found;
}

}  // namespace voronet::kernels
