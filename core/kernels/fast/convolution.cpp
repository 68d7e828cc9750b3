#include <voronet/core/kernels/fast/convolution_choice.h>
#include <voronet/core/kernels/fast/direct_convolution.h>
#include <voronet/core/kernels/fast/winograd.h>

namespace voronet::kernels {
namespace {

// One dimension of one phase of the input gradient: the pixels first, first + stride, ... all meet the same
// taps, and seen alone they are a convolution of y with those taps in reverse order.
struct Phase {
  Index pixels, taps, last_tap, padding;

  Phase(Index first, Index size, Index kernel, Index stride, Index conv_padding) {
    pixels = divide_up(size - first, stride);
    const Index first_tap = (first + conv_padding) % stride;
    taps = std::max<Index>(0, divide_up(kernel - first_tap, stride));
    last_tap = taps == 0 ? 0 : first_tap + (taps - 1) * stride;
    padding = taps - 1 - (first + conv_padding) / stride;
  }
};

DirectConvolution direct_sizes(const Conv2dSizes& s) {
  return direct_sizes(s, {s.n, s.h, s.w, s.padding, s.padding, s.out_h(), s.out_w()});
}

// By one of the two kernels that take the same packed weight.
BlockRows rows_of(ConvolutionKernel kernel) {
  return kernel == ConvolutionKernel::pixel_major ? BlockRows::images : BlockRows::pixels;
}

// For stride 1 a convolution of y with the weight turned by 180 degrees, input and output channels exchanged.
template <class T>
void winograd_input_gradient(const Conv2dSizes& s, const T* y, const T* weight, T* x) {
  const Buffer<T> packed(winograd_packed_size<T>(s.o, s.c));
  winograd_pack<T>(s.o, s.c, {weight + 8, -3, -1, s.c * 9, 9}, packed.data());
  const Conv2dSizes turned{s.n, s.out_h(), s.out_w(), s.o, s.c, s.kh, s.kw, s.stride, 2 - s.padding};
  winograd_convolve<T>(turned, y, packed.data(), {}, x);
}

template <class T>
void input_gradient_by_phases(ConvolutionKernel kernel, const Conv2dSizes& s, const T* y, const T* weight,
                              T* x) {
  for (Index i = 0; i < std::min(s.stride, s.h); ++i)
    for (Index j = 0; j < std::min(s.stride, s.w); ++j) {
      const Phase rows(i, s.h, s.kh, s.stride, s.padding), columns(j, s.w, s.kw, s.stride, s.padding);
      const DirectConvolution phase{.n = s.n,
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
                                    .out_pixel = s.stride * s.c};
      const Buffer<T> packed(packed_size<T>(phase));
      pack<T>(phase,
              {weight + rows.last_tap * s.kw + columns.last_tap, -s.stride * s.kw, -s.stride,
               s.c * s.kh * s.kw, s.kh * s.kw},
              packed.data());
      convolve<T>(phase, rows_of(kernel), y, packed.data(), {}, x + (i * s.w + j) * s.c);
    }
}

template <class T>
Index packed_size(const Conv2dSizes& s) {
  return choose(Direction::forward, s) == ConvolutionKernel::winograd ? winograd_packed_size<T>(s.c, s.o)
                                                                      : packed_size<T>(direct_sizes(s));
}

}  // namespace

template <class T>
PackedConv2d<T>::PackedConv2d(const Conv2dSizes& sizes, const T* weight)
    : sizes_(sizes), packed_(packed_size<T>(sizes)) {
  if (choose(Direction::forward, sizes) == ConvolutionKernel::winograd)
    winograd_pack<T>(sizes.c, sizes.o, view_of(sizes, weight), packed_.data());
  else
    pack<T>(direct_sizes(sizes), view_of(sizes, weight), packed_.data());
}

template <class T>
void PackedConv2d<T>::operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y) const {
  const PaddedBias<T> padded(epilogue, sizes_.o);
  const Conv2dSizes sizes = sizes_.of_images(n);
  const ConvolutionKernel kernel = choose(Direction::forward, sizes_);
  if (kernel == ConvolutionKernel::winograd)
    winograd_convolve<T>(sizes, x, packed_.data(), padded.epilogue(), y);
  else
    convolve<T>(direct_sizes(sizes), rows_of(kernel), x, packed_.data(), padded.epilogue(), y);
}

template <class T>
void conv2d(const Conv2dSizes& s, const T* x, const T* weight, T* y) {
  PackedConv2d<T>(s, weight)(s.n, x, {}, y);
}

template <class T>
void conv2d_input_gradient(const Conv2dSizes& s, const T* y, const T* weight, T* x) {
  const ConvolutionKernel kernel = choose(Direction::input_gradient, s);
  if (kernel == ConvolutionKernel::winograd)
    winograd_input_gradient(s, y, weight, x);
  else if (kernel == ConvolutionKernel::columns)
    column_input_gradient(s, y, weight, x);
  else
    input_gradient_by_phases(kernel, s, y, weight, x);
}

template <class T>
void conv2d_weight_gradient(const Conv2dSizes& s, const T* x, const T* y, T* weight) {
  const ConvolutionKernel kernel = choose(Direction::weight_gradient, s);
  if (kernel == ConvolutionKernel::winograd)
    winograd_weight_gradient(s, x, y, weight);
  else if (kernel == ConvolutionKernel::pixel_major)
    pixel_major_weight_gradient(s, x, y, weight);
  else
    direct_weight_gradient(s, x, y, weight);
}

template class PackedConv2d<float>;
template class PackedConv2d<double>;
template void conv2d(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_input_gradient(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
