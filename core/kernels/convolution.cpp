#include <voronet/core/kernels/convolution.h>
#include <voronet/core/kernels/direct_convolution.h>
#include <voronet/core/kernels/direct_weight_gradient.h>

#include <algorithm>

namespace voronet::kernels {
namespace {

Index round_up_divide(Index a, Index b) { return (a + b - 1) / b; }

// One dimension of one phase of the input gradient: the pixels first, first + stride, ... all meet the same
// taps, and seen alone they are a convolution of y with those taps in reverse order.
struct Phase {
  Index pixels, taps, last_tap, padding;

  Phase(Index first, Index size, Index kernel, Index stride, Index conv_padding) {
    pixels = round_up_divide(size - first, stride);
    const Index first_tap = (first + conv_padding) % stride;
    taps = std::max<Index>(0, round_up_divide(kernel - first_tap, stride));
    last_tap = first_tap + (taps - 1) * stride;
    padding = taps - 1 - (first + conv_padding) / stride;
  }
};

}  // namespace

template <class T>
void conv2d(const Conv2dSizes& s, const T* x, const T* weight, T* y) {
  const Index out_h = s.out_h(), out_w = s.out_w();
  convolve<T>({.n = s.n,
               .h = s.h,
               .w = s.w,
               .c = s.c,
               .kh = s.kh,
               .kw = s.kw,
               .stride = s.stride,
               .top = s.padding,
               .left = s.padding,
               .out_h = out_h,
               .out_w = out_w,
               .o = s.o,
               .out_image = out_h * out_w * s.o,
               .out_row = out_w * s.o,
               .out_pixel = s.o},
              x, {weight, s.kw, 1, s.kh * s.kw, s.c * s.kh * s.kw}, y);
}

template <class T>
void conv2d_input_gradient(const Conv2dSizes& s, const T* y, const T* weight, T* x) {
  for (Index i = 0; i < std::min(s.stride, s.h); ++i)
    for (Index j = 0; j < std::min(s.stride, s.w); ++j) {
      const Phase rows(i, s.h, s.kh, s.stride, s.padding), columns(j, s.w, s.kw, s.stride, s.padding);
      convolve<T>({.n = s.n,
                   .h = s.out_h(),
                   .w = s.out_w(),
                   .c = s.o,
                   .kh = rows.taps,
                   .kw = columns.taps,
                   .stride = 1,
                   .top = rows.padding,
                   .left = columns.padding,
                   .out_h = rows.pixels,
                   .out_w = columns.pixels,
                   .o = s.c,
                   .out_image = s.h * s.w * s.c,
                   .out_row = s.stride * s.w * s.c,
                   .out_pixel = s.stride * s.c},
                  y,
                  {weight + rows.last_tap * s.kw + columns.last_tap, -s.stride * s.kw, -s.stride,
                   s.c * s.kh * s.kw, s.kh * s.kw},
                  x + (i * s.w + j) * s.c);
    }
}

template <class T>
void conv2d_weight_gradient(const Conv2dSizes& s, const T* x, const T* y, T* weight) {
  direct_weight_gradient(s, x, y, weight);
}

template void conv2d(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_input_gradient(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
