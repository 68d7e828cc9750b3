// What both of Winograd's convolutions (winograd.cpp, winograd_weight_gradient.cpp) do with tiles: find them,
// read the window of pixels that each depends on, and transform it by the small matrices of F(4x4, 3x3) and
// of its transpose, applied to vectors of neighbouring channels. winograd.h says what they are for.
#pragma once

#include <voronet/core/kernels/fast/register_block.h>

#include <array>
#include <cstddef>
#include <tuple>

namespace voronet::kernels::winograd {

inline constexpr int tile = 4, window_size = 6;             // pixels of output, and of the input it needs
inline constexpr int elements = window_size * window_size;  // products for each pair of channels

// Each turns one column (or row) into another; the names are the paper's, ' is transposition.
template <class V>
std::array<V, 6> b_transposed(const std::array<V, 6>& x) {
  return {4 * x[0] - 5 * x[2] + x[4],      x[3] + x[4] - 4 * (x[1] + x[2]), x[4] - x[3] + 4 * (x[1] - x[2]),
          x[4] - x[2] + 2 * (x[3] - x[1]), x[4] - x[2] - 2 * (x[3] - x[1]), 4 * x[1] - 5 * x[3] + x[5]};
}

template <class V>
std::array<V, 6> g(const std::array<V, 3>& w) {
  const V sixth = (V{} + 1) / 6, twenty_fourth = sixth / 4, even = w[0] + w[2], far_even = w[0] + 4 * w[2];
  return {w[0] / 4,
          -sixth * (even + w[1]),
          -sixth * (even - w[1]),
          twenty_fourth * (far_even + 2 * w[1]),
          twenty_fourth * (far_even - 2 * w[1]),
          w[2]};
}

template <class V>
std::array<V, 4> a_transposed(const std::array<V, 6>& m) {
  const V sum12 = m[1] + m[2], difference12 = m[1] - m[2], sum34 = m[3] + m[4], difference34 = m[3] - m[4];
  return {m[0] + sum12 + sum34, difference12 + 2 * difference34, sum12 + 4 * sum34,
          difference12 + 8 * difference34 + m[5]};
}

template <class V>
std::array<V, 6> a(const std::array<V, 4>& y) {
  const V even = y[0] + y[2], odd = y[1] + y[3], far_even = y[0] + 4 * y[2], far_odd = 2 * y[1] + 8 * y[3];
  return {y[0], even + odd, even - odd, far_even + far_odd, far_even - far_odd, y[3]};
}

template <class V>
std::array<V, 3> g_transposed(const std::array<V, 6>& u) {
  const V sum12 = u[1] + u[2], difference12 = u[1] - u[2], sum34 = u[3] + u[4], difference34 = u[3] - u[4];
  const V sixth = (V{} + 1) / 6;
  return {u[0] / 4 + sixth * (sum34 / 4 - sum12), sixth * (difference34 / 2 - difference12),
          u[5] + sixth * (sum34 - sum12)};
}

// f on every column of an n x n array, then on every row. read(i, j) gives x, write(i, j, v) takes f x f'.
template <class V, std::size_t n, class F, class Read, class Write>
inline __attribute__((always_inline)) void both_sides(const F& f, const Read& read, const Write& write) {
  constexpr std::size_t m = std::tuple_size_v<decltype(f(std::array<V, n>{}))>;
  std::array<std::array<V, n>, m> half;  // f x
  for (std::size_t j = 0; j < n; ++j) {
    std::array<V, n> column;
    for (std::size_t i = 0; i < n; ++i) column[i] = read(i, j);
    const auto transformed = f(column);
    for (std::size_t i = 0; i < m; ++i) half[i][j] = transformed[i];
  }
  for (std::size_t i = 0; i < m; ++i) {
    const auto row = f(half[i]);
    for (std::size_t j = 0; j < m; ++j) write(i, j, row[j]);
  }
}

template <class T>
using Vec = typename Vector<T, native_lanes<T>>::type;

// Vectors of the whole width, however few the channels are.
template <class T>
ChannelBlocks whole_blocks(Index channels) {
  return {channels, native_lanes<T>};
}

// The 4x4 tiles that cover all images' output. The last of a row or column may reach over the border.
class Tiles {
 public:
  explicit Tiles(const Conv2dSizes& s)
      : rows_(divide_up(s.out_h(), tile)),
        columns_(divide_up(s.out_w(), tile)),
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

// Transforms an n x n window by f on both sides: `out` gets 36 arrays, `plane` apart, of c channels, padded.
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
