// Two-dimensional convolution and its two adjoints. Images are n x h x w x c, weights out x in x kh x kw; all
// arrays are dense. Every result has the same bits for any number of threads.
#pragma once

#include <voronet/core/shape.h>

namespace voronet::kernels {

// x (n, h, w, c), weight (o, c, kh, kw), no larger than padded x, y (n, out_h(), out_w(), o).
struct Conv2dSizes {
  Index n, h, w, c;
  Index o, kh, kw;
  Index stride, padding;

  Index out_h() const { return (h + 2 * padding - kh) / stride + 1; }
  Index out_w() const { return (w + 2 * padding - kw) / stride + 1; }

  Conv2dSizes of_images(Index images) const {
    Conv2dSizes sizes = *this;
    sizes.n = images;
    return sizes;
  }
};

// Each overwrites its last argument.
template <class T>
void conv2d(const Conv2dSizes& sizes, const T* x, const T* weight, T* y);
template <class T>
void conv2d_input_gradient(const Conv2dSizes& sizes, const T* y, const T* weight, T* x);
template <class T>
void conv2d_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);

// The same in plain loops: what the above are tested against, and what they are in a plain build.
namespace reference {
template <class T>
void conv2d(const Conv2dSizes& sizes, const T* x, const T* weight, T* y);
template <class T>
void conv2d_input_gradient(const Conv2dSizes& sizes, const T* y, const T* weight, T* x);
template <class T>
void conv2d_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);
}  // namespace reference

}  // namespace voronet::kernels
