// Convolution without an intermediate matrix: register blocks of outputs x output channels, over weights
// packed so that one load brings all channels' of the next tap. And weight gradients likewise.
#pragma once

#include <voronet/core/kernels/fast/register_block.h>

namespace voronet::kernels {

// A convolution's weight as some kernel wants to see it, its dimensions in any order, its taps reversed:
// weight(u, v, c, o) is data[u * by_u + v * by_v + c * by_c + o * by_o]; steps may be negative.
template <class T>
struct WeightView {
  const T* data;
  Index by_u, by_v, by_c, by_o;

  T operator()(Index u, Index v, Index c, Index o) const {
    return data[u * by_u + v * by_v + c * by_c + o * by_o];
  }
};

// A weight (o, c, kh, kw) as it lies.
template <class T>
WeightView<T> view_of(const Conv2dSizes& s, const T* weight) {
  return {weight, s.kw, 1, s.kh * s.kw, s.c * s.kh * s.kw};
}

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

// A convolution of windows, of which there may be one an image, that is all of it.
inline DirectConvolution direct_sizes(const Conv2dSizes& s, const PatchSizes& x) {
  return {.n = x.n,
          .h = x.h,
          .w = x.w,
          .c = s.c,
          .kh = s.kh,
          .kw = s.kw,
          .stride = s.stride,
          .top = x.top,
          .left = x.left,
          .out_h = x.out_h,
          .out_w = x.out_w,
          .o = s.o,
          .out_image = x.out_h * x.out_w * s.o,
          .out_row = x.out_w * s.o,
          .out_pixel = s.o};
}

// Elements of the packed weight; n, the image and the output's layout do not matter.
template <class T>
Index packed_size(const DirectConvolution& conv);
template <class T>
void pack(const DirectConvolution& conv, const WeightView<T>& weight, T* packed);

// What the rows of a register block are: neighbouring pixels; or the same pixel of neighbouring images, for
// maps so tiny that a row of pixels does not fill a block. Seen as one row, an image then goes through the
// convolution as through a linear layer, and a tap outside the map is left out, not multiplied by zeros.
enum class BlockRows { pixels, images };

// Overwrites the pixels of out that it computes, and no others. A residual has the layout of out.
template <class T>
void convolve(const DirectConvolution& conv, BlockRows rows, const T* x, const T* packed,
              const Epilogue<T>& epilogue, T* out);

// As conv2d_input_gradient (convolution.h), for few input channels, by columns (col2im): for each row of x
// one matrix product gives what every pixel of y sends to the taps that meet the row, summed over the rows of
// the window; then each pixel of x adds up its own. Vectors run over taps x channels, so no lanes are empty.
template <class T>
void column_input_gradient(const Conv2dSizes& sizes, const T* y, const T* weight, T* x);

// As conv2d_weight_gradient (convolution.h): a block of taps x output channels runs over an image's output.
template <class T>
void direct_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);
// The same for tiny maps: a block runs over one pixel of all images. Makes reordered copies of x and y.
template <class T>
void pixel_major_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);

// The taps of one row of a convolution's window, counted (v, c): a run of kw x c, neighbours in the image;
// padded to whole vectors and cut into blocks as channels are.
template <class T>
ChannelBlocks run_of(const Conv2dSizes& s) {
  return blocks_of<T>(s.kw * s.c);
}

}  // namespace voronet::kernels
