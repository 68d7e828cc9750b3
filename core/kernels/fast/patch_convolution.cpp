#include <voronet/core/kernels/fast/winograd.h>

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

}  // namespace

template <class T>
PatchConv2d<T>::PatchConv2d(const Conv2dSizes& s, const T* weight)
    : sizes_(s),
      has_tiles_(winograd_can(s) && s.c >= tile_channels && s.o >= tile_channels),
      packed_(packed_size<T>(direct_sizes(s, {}))),
      transformed_(has_tiles_ ? winograd_packed_size<T>(s.c, s.o) : 0) {
  pack<T>(direct_sizes(s, {}), view_of(s, weight), packed_.data());
  if (has_tiles_) winograd_pack<T>(s.c, s.o, view_of(s, weight), transformed_.data());
}

template <class T>
bool PatchConv2d<T>::takes_tiles(const PatchSizes& windows) const {
  const Index grown = 2 * windows.top - 2;
  if (!has_tiles_ || windows.left != windows.top || windows.out_h != windows.h + grown ||
      windows.out_w != windows.w + grown)
    return false;
  const Index tiles = divide_up(windows.out_h, 4) * divide_up(windows.out_w, 4);
  const Index products = taps_inside(windows.h, windows.out_h, windows.top) *
                         taps_inside(windows.w, windows.out_w, windows.left);
  return tiles * tile_cost < products;
}

template <class T>
void PatchConv2d<T>::operator()(const PatchSizes& windows, const T* x, T* y) const {
  if (windows.n == 0 || windows.out_h == 0 || windows.out_w == 0) return;
  if (takes_tiles(windows)) {
    Conv2dSizes sizes = sizes_.of_images(windows.n);
    sizes.h = windows.h;
    sizes.w = windows.w;
    sizes.padding = windows.top;
    winograd_convolve<T>(sizes, x, transformed_.data(), {}, y);
  } else {
    const BlockRows rows = windows.n >= windows_a_block ? BlockRows::images : BlockRows::pixels;
    convolve<T>(direct_sizes(sizes_, windows), rows, x, packed_.data(), {}, y);
  }
}

template class PatchConv2d<float>;
template class PatchConv2d<double>;

}  // namespace voronet::kernels
