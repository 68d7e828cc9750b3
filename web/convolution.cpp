// In place of core/kernels/convolution_reference.cpp: the same sums in the same order, of some output
// channels and columns at a time, which stay in registers. The exact answer about a picture is made of these.
#include <voronet/core/error.h>
#include <voronet/core/kernels/convolution.h>
#include <voronet/core/kernels/padded_image.h>

#include <algorithm>
#include <vector>

namespace voronet::kernels::reference {
namespace {

constexpr int channels_at_once = 8;
template <class T>
constexpr int columns_at_once = 16 / sizeof(T);  // with the channels, half of the registers

// Weights as (blocks of output channels, kh, kw, c, channels at once), zeros behind the last channel.
template <class T>
std::vector<T> in_blocks(const Conv2dSizes& s, const T* weight) {
  const Index taps = s.kh * s.kw, each = taps * s.c * channels_at_once;
  std::vector<T> blocks(divide_up(s.o, channels_at_once) * each);
  for (Index k = 0; k < s.o; ++k)
    for (Index channel = 0; channel < s.c; ++channel)
      for (Index u = 0; u < taps; ++u)
        blocks[k / channels_at_once * each + (u * s.c + channel) * channels_at_once + k % channels_at_once] =
            weight[(k * s.c + channel) * taps + u];
  return blocks;
}

// `columns` neighbours of an output row, of one block of channels; x: the window of the first in a padded
// image.
template <int columns, class T>
void convolve(const Conv2dSizes& s, Index padded_width, const T* x, const T* __restrict block, Index channels,
              T* y) {
  T sums[columns][channels_at_once] = {};
  const int run = static_cast<int>(s.kw * s.c), next = static_cast<int>(s.stride * s.c);
  for (Index u = 0; u < s.kh; ++u, x += padded_width * s.c)
    for (int i = 0; i < run; ++i, block += channels_at_once)
      for (int j = 0; j < columns; ++j)
        for (int k = 0; k < channels_at_once; ++k) sums[j][k] += x[j * next + i] * block[k];
  for (int j = 0; j < columns; ++j) std::copy_n(sums[j], channels, y + j * s.o);
}

}  // namespace

template <class T>
void conv2d(const Conv2dSizes& s, const T* x, const T* weight, T* y) {
  const Index height = s.h + 2 * s.padding, width = s.w + 2 * s.padding, out_w = s.out_w(),
              each = s.kh * s.kw * s.c * channels_at_once;
  const std::vector<T> blocks = in_blocks(s, weight);
  std::vector<T> padded(height * width * s.c);
  for (Index n = 0; n < s.n; ++n, x += s.h * s.w * s.c) {
    copy_padded(x, s.h, s.w, s.c, {-s.padding, -s.padding, height, width}, padded.data());
    for (Index i = 0; i < s.out_h(); ++i, y += out_w * s.o)
      for (Index first = 0; first < s.o; first += channels_at_once) {
        const Index channels = std::min<Index>(channels_at_once, s.o - first);
        const T* const block = blocks.data() + first / channels_at_once * each;
        const auto row = [&]<int columns>(Index from, Index to) {
          for (Index j = from; j + columns <= to; j += columns)
            convolve<columns>(s, width, padded.data() + (i * width + j) * s.stride * s.c, block, channels,
                              y + j * s.o + first);
        };
        constexpr int many = columns_at_once<T>;
        row.template operator()<many>(0, out_w);
        row.template operator()<1>(out_w / many * many, out_w);
      }
  }
}

template void conv2d(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d(const Conv2dSizes&, const double*, const double*, double*);

// The page trains no convolution.
template <class T>
void conv2d_input_gradient(const Conv2dSizes&, const T*, const T*, T*) {
  throw Error("the page has no gradients of convolutions");
}
template <class T>
void conv2d_weight_gradient(const Conv2dSizes&, const T*, const T*, T*) {
  throw Error("the page has no gradients of convolutions");
}
template void conv2d_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_input_gradient(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels::reference
