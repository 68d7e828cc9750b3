// Convolution without an intermediate matrix: register blocks of neighbouring output pixels x output
// channels, over weights packed so that one load brings the next tap's weights of all those channels.
#pragma once

#include <voronet/core/kernels/convolution/weight_view.h>
#include <voronet/core/kernels/register_block.h>

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

// Elements of the packed weight; n, the image and the output's layout do not matter.
template <class T>
Index packed_size(const DirectConvolution& conv);
template <class T>
void pack(const DirectConvolution& conv, const WeightView<T>& weight, T* packed);

// Overwrites the pixels of out that it computes, and no others. A residual has the layout of out.
template <class T>
void convolve(const DirectConvolution& conv, const T* x, const T* packed, const Epilogue<T>& epilogue,
              T* out);

}  // namespace voronet::kernels
