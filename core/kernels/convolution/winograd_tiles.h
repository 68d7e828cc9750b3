// What both of Winograd's convolutions (winograd.cpp, winograd_weight_gradient.cpp) do with tiles: find them,
// read the window of pixels that each depends on, and transform it.
#pragma once

#include <voronet/core/kernels/convolution/channel_blocks.h>
#include <voronet/core/kernels/convolution/winograd_transforms.h>
#include <voronet/core/kernels/convolution_sizes.h>

namespace voronet::kernels::winograd {

template <class T>
using Vec = typename Vector<T, native_lanes<T>>::type;

template <class T>
ChannelBlocks blocks_of(Index channels) {
  return {channels, native_lanes<T>};
}

// The 4x4 tiles that cover the output of all images. The last ones of a row or column may reach over the
// border.
class Tiles {
 public:
  explicit Tiles(const Conv2dSizes& s)
      : rows_((s.out_h() + tile - 1) / tile),
        columns_((s.out_w() + tile - 1) / tile),
        count_(s.n * rows_ * columns_) {}

  Index count() const { return count_; }
  // Image, and first row and column of output pixels.
  struct Place {
    Index image, row, column;
  };
  Place place(Index t) const {
    const Index in_image = t % (rows_ * columns_);
    return {t / (rows_ * columns_), in_image / columns_ * tile, in_image % columns_ * tile};
  }

 private:
  Index rows_, columns_, count_;
};

// The pixels of an n x n window of an image (h, w, c), row by row; outside the image, `zeros`, c of them.
template <std::size_t n, class T>
using Window = std::array<const T*, n * n>;
template <std::size_t n, class T>
Window<n, T> window_of(const T* image, Index h, Index w, Index c, Index top, Index left, const T* zeros) {
  Window<n, T> pixels;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const Index row = top + static_cast<Index>(i), column = left + static_cast<Index>(j);
      const bool inside = row >= 0 && row < h && column >= 0 && column < w;
      pixels[i * n + j] = inside ? image + (row * w + column) * c : zeros;
    }
  return pixels;
}

// Transforms an n x n window of channels by f on both sides: `out` gets 36 arrays, `plane` elements apart, of
// c channels padded to whole vectors.
template <std::size_t n, class T, class F>
void transform_window(const Window<n, T>& window, Index c, const F& f, T* out, Index plane) {
  constexpr Index lanes = native_lanes<T>;
  for (Index first = 0; first < c; first += lanes) {
    const auto read = [&](std::size_t i, std::size_t j) {
      Vec<T> x;
      load(x, window[i * n + j] + first, c - first);
      return x;
    };
    const auto write = [&](std::size_t i, std::size_t j, const Vec<T>& v) {
      store(v, out + static_cast<Index>(i * window_size + j) * plane + first);
    };
    both_sides<Vec<T>, n>(f, read, write);
  }
}

template <class T>
void transform_input(const Conv2dSizes& s, const Tiles::Place& at, const T* x, const T* zeros, T* out,
                     Index plane) {
  const auto window = window_of<window_size>(x + at.image * s.h * s.w * s.c, s.h, s.w, s.c,
                                             at.row - s.padding, at.column - s.padding, zeros);
  transform_window<window_size, T>(
      window, s.c, [](const auto& column) { return b_transposed(column); }, out, plane);
}

}  // namespace voronet::kernels::winograd
