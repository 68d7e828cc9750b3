// Sums and positions of maxima over the middle dimension of an (outer, middle, inner) array.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <array>

namespace voronet::kernels {

// An array of this shape seen as (outer, middle, inner), the middle being dimensions first..last.
struct Split {
  Split(const Shape& shape, int first, int last) {
    for (int d = 0; d < shape.rank(); ++d) (d < first ? outer : d <= last ? middle : inner) *= shape[d];
  }
  Index outer = 1, middle = 1, inner = 1;
};

inline constexpr Index short_row = 32;  // rows shorter than this are too short for vectors

// Sixteen running sums, added up in a fixed order: fast with vectors, and the same bits everywhere.
template <class T>
T sum_contiguous(const T* x, Index n) {
  constexpr Index lanes = 16;
  T partial[lanes] = {};
  Index i = 0;
  for (; i + lanes <= n; i += lanes)
    for (Index k = 0; k < lanes; ++k) partial[k] += x[i + k];
  for (Index k = 0; i < n; ++i, ++k) partial[k] += x[i];
  for (Index half = lanes / 2; half > 0; half /= 2)
    for (Index k = 0; k < half; ++k) partial[k] += partial[k + half];
  return partial[0];
}

// The same for rows of a few elements, (n, inner) added to out (inner): sixteen rows side by side.
template <class T>
void add_short_rows(const T* x, Index n, Index inner, T* out) {
  constexpr Index rows = 16;
  const Index wide = rows * inner;
  std::array<T, rows* short_row> partial = {};
  Index i = 0;
  for (; i + rows <= n; i += rows)
    for (Index k = 0; k < wide; ++k) partial[k] += x[i * inner + k];
  for (Index k = 0; k < (n - i) * inner; ++k) partial[k] += x[i * inner + k];
  for (Index k = 0; k < wide; ++k) out[k % inner] += partial[k];
}

// Adds rows begin..end-1 of x (., inner) to out (inner).
template <class T>
void add_rows(const T* x, Index begin, Index end, Index inner, T* out) {
  if (inner == 1) {
    *out += sum_contiguous(x + begin, end - begin);
    return;
  }
  if (inner <= short_row) return add_short_rows(x + begin * inner, end - begin, inner, out);
  for (Index r = begin; r < end; ++r)
    for (Index i = 0; i < inner; ++i) out[i] += x[r * inner + i];
}

// x (outer, middle, inner) -> out (outer, inner). Long sums are cut into chunks by the sizes alone, whose
// sums are added in order: the same bits for any number of threads.
template <class T>
void sum_middle(Index outer, Index middle, Index inner, const T* x, T* out) {
  constexpr Index elements_a_chunk = 1 << 14;
  const Index rows_a_chunk = elements_a_chunk / std::max<Index>(inner, 1) + 1;
  const Index chunks = std::max<Index>(1, divide_up(middle, rows_a_chunk));
  const Buffer<T> partial(outer * chunks * inner);
  const Index chunks_a_piece =
      elements_a_chunk / std::max<Index>(1, std::min(middle, rows_a_chunk) * inner) + 1;
  parallel_for(outer * chunks, chunks_a_piece, [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c) {
      const Index first = c % chunks * rows_a_chunk;
      T* const sum = partial.data() + c * inner;
      std::fill_n(sum, inner, T(0));
      add_rows(x + c / chunks * middle * inner, first, std::min(middle, first + rows_a_chunk), inner, sum);
    }
  });
  std::fill_n(out, outer * inner, T(0));
  for (Index o = 0; o < outer; ++o)
    add_rows(partial.data() + o * chunks * inner, 0, chunks, inner, out + o * inner);
}

// Where the first largest value stands in the middle: out (outer, inner), of 0..middle-1. NaN is largest.
template <class T, class Position>
void argmax_middle(Index outer, Index middle, Index inner, const T* x, Position* out) {
  parallel_for(outer * inner, 4096 / std::max<Index>(middle, 1) + 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const T* column = x + i / inner * middle * inner + i % inner;
      Index best = 0;
      for (Index m = 1; m < middle; ++m)
        if (column[m * inner] > column[best * inner] ||
            (column[m * inner] != column[m * inner] && column[best * inner] == column[best * inner]))
          best = m;
      out[i] = static_cast<Position>(best);
    }
  });
}

}  // namespace voronet::kernels
