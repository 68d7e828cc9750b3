// The small matrices of F(4x4, 3x3) and of its transpose, applied to vectors of neighbouring channels.
// winograd.h says what they are for.
#pragma once

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

// f on every column of an n x n array, then on every row: out = f x f'. read(i, j) gives x, write(i, j, v)
// takes the result.
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

}  // namespace voronet::kernels::winograd
