#include <voronet/core/kernels/convolution/patch_convolution.h>
#include <voronet/core/kernels/convolution/pixel_major_convolution.h>
#include <voronet/core/kernels/convolution/winograd.h>

#include <algorithm>

namespace voronet::kernels {
namespace {

// With fewer channels, the transforms cost more than the tiles save.
constexpr Index tile_channels = 16;
// A tile has 36 products for each pair of channels, and its transforms cost about as much as a few more.
constexpr Index tile_cost = 45;
// Fewer windows do not fill a register block with one pixel of each; a row of one window's pixels does.
constexpr Index windows_a_block = 4;

// In one dimension, how many of all outputs' three taps meet the window.
Index taps_inside(Index size, Index out, Index before) {
  Index taps = 0;
  for (Index i = 0; i < out; ++i)
    taps += std::clamp<Index>(size - i + before, 0, 3) - std::clamp<Index>(before - i, 0, 3);
  return taps;
}

DirectConvolution block_sizes(const Conv2dSizes& s, const PatchSizes& windows) {
  return {.n = windows.n,
          .h = windows.h,
          .w = windows.w,
          .c = s.c,
          .kh = s.kh,
          .kw = s.kw,
          .stride = s.stride,
          .top = windows.top,
          .left = windows.left,
          .out_h = windows.out_h,
          .out_w = windows.out_w,
          .o = s.o,
          .out_image = windows.out_h * windows.out_w * s.o,
          .out_row = windows.out_w * s.o,
          .out_pixel = s.o};
}

}  // namespace

template <class T>
PatchConv2d<T>::PatchConv2d(const Conv2dSizes& s, const T* weight)
    : sizes_(s),
      winograd_(winograd_can(s) && s.c >= tile_channels && s.o >= tile_channels),
      packed_(packed_size<T>(block_sizes(s, {}))),
      transformed_(winograd_ ? winograd_packed_size<T>(s.c, s.o) : 0) {
  pack<T>(block_sizes(s, {}), view_of(s, weight), packed_.data());
  if (winograd_) winograd_pack<T>(s.c, s.o, view_of(s, weight), transformed_.data());
}

template <class T>
bool PatchConv2d<T>::takes_tiles(const PatchSizes& windows) const {
  const Index grown = 2 * windows.top - 2;
  if (!winograd_ || windows.left != windows.top || windows.out_h != windows.h + grown ||
      windows.out_w != windows.w + grown)
    return false;
  const Index tiles = ((windows.out_h + 3) / 4) * ((windows.out_w + 3) / 4);
  const Index products = taps_inside(windows.h, windows.out_h, windows.top) *
                         taps_inside(windows.w, windows.out_w, windows.left);
  return tiles * tile_cost < products;
}

template <class T>
void PatchConv2d<T>::operator()(const PatchSizes& windows, const T* x, T* y) const {
  if (windows.n == 0 || windows.out_h == 0 || windows.out_w == 0) return;
  if (takes_tiles(windows)) {
    Conv2dSizes sizes = sizes_;
    sizes.n = windows.n;
    sizes.h = windows.h;
    sizes.w = windows.w;
    sizes.padding = windows.top;
    winograd_convolve<T>(sizes, x, transformed_.data(), {}, y);
  } else if (windows.n >= windows_a_block) {
    pixel_major_convolve<T>(block_sizes(sizes_, windows), x, packed_.data(), {}, y);
  } else {
    convolve<T>(block_sizes(sizes_, windows), x, packed_.data(), {}, y);
  }
}

template class PatchConv2d<float>;
template class PatchConv2d<double>;

}  // namespace voronet::kernels
