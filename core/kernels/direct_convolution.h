// Convolution without an intermediate matrix: a register block of neighbouring output pixels x output
// channels, over weights packed so that one load brings the next tap's weights of all those channels.
#pragma once

#include <voronet/core/shape.h>

namespace voronet::kernels {

// out(n, i, j, o) = sum over u, v, c of x(n, i stride + u - top, j stride + v - left, c) weight(u, v, c, o),
// with x 0 outside (h, w). The output's pixels may lie apart, which lets the input gradient of a strided
// convolution fill one phase of the image at a time.
struct DirectConvolution {
  Index n, h, w, c;  // of x, dense
  Index kh, kw;      // may be 0: the result is 0
  Index stride;
  Index top, left;  // zeros before the first row and column; negative: rows and columns left out
  Index out_h, out_w, o;
  Index out_image, out_row, out_pixel;  // elements from one image, row, pixel of the output to the next
};

// weight(u, v, c, o) is data[u * by_u + v * by_v + c * by_c + o * by_o]; steps may be negative.
template <class T>
struct WeightView {
  const T* data;
  Index by_u, by_v, by_c, by_o;
};

// Overwrites the pixels of out that it computes, and no others.
template <class T>
void convolve(const DirectConvolution& conv, const T* x, const WeightView<T>& weight, T* out);

}  // namespace voronet::kernels
