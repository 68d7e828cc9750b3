// Elementwise loops, also over operands that are broadcast by NumPy's rule. Arrays do not overlap.
#pragma once

#include <voronet/core/parallel.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace voronet::kernels {

inline constexpr Index elements_a_piece = 1 << 15;  // below this, starting threads costs more than it saves

// Of n elements each.
template <class T, class F>
void map(Index n, const T* x, T* out, const F& f) {
  parallel_for(n, elements_a_piece, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] = f(x[i]);
  });
}

// How N operands are walked to fill an output: sizes of the loops, slowest first, and each operand's step in
// each loop (0 where it is repeated). Neighbouring loops that every operand walks alike are merged, so two
// equal shapes become one loop, and a bias added to rows becomes two.
template <std::size_t N>
struct Walk {
  int rank = 0;
  std::array<Index, Shape::max_rank> sizes{};
  std::array<std::array<Index, N>, Shape::max_rank> steps{};
};

template <std::size_t N>
Walk<N> make_walk(const Shape& out, const std::array<Shape, N>& operands) {
  Walk<N> walk;
  std::array<Index, N> stride;
  stride.fill(1);
  for (int d = 1; d <= out.rank(); ++d) {  // fastest first; reversed below
    if (out[-d] == 1) continue;
    std::array<Index, N> steps{};
    for (std::size_t k = 0; k < N; ++k) {
      const Index size = d <= operands[k].rank() ? operands[k][-d] : 1;
      steps[k] = size == 1 ? 0 : stride[k];
      stride[k] *= size;
    }
    const int last = walk.rank - 1;
    bool merges = walk.rank > 0;
    for (std::size_t k = 0; k < N && merges; ++k) merges = steps[k] == walk.steps[last][k] * walk.sizes[last];
    if (merges) {
      walk.sizes[last] *= out[-d];
    } else {
      walk.sizes[last + 1] = out[-d];
      walk.steps[last + 1] = steps;
      ++walk.rank;
    }
  }
  if (walk.rank == 0) walk.sizes[walk.rank++] = 1;  // a single element
  for (int i = 0, j = walk.rank - 1; i < j; ++i, --j) {
    std::swap(walk.sizes[i], walk.sizes[j]);
    std::swap(walk.steps[i], walk.steps[j]);
  }
  return walk;
}

// Calls row(first, offsets, count) for every innermost loop, or for pieces of long ones: `count` elements, of
// which `first` is the first in the output and offsets[k] the first in operand k. Pieces of so many elements
// may run in parallel.
template <std::size_t N, class Row>
void for_each_row(const Walk<N>& walk, const Row& row, Index piece = elements_a_piece) {
  const int inner = walk.rank - 1;
  const Index length = walk.sizes[inner];
  Index size = 1;
  for (int d = 0; d <= inner; ++d) size *= walk.sizes[d];
  parallel_for(size, piece, [&](Index begin, Index end) {
    // Where `begin` lies in each loop takes divisions; from then on the loops count: rows may be short.
    std::array<Index, Shape::max_rank> position{};
    std::array<Index, N> offsets{};
    Index rest = begin;
    for (int d = inner; d >= 0; rest /= walk.sizes[d], --d) {
      position[d] = rest % walk.sizes[d];
      for (std::size_t k = 0; k < N; ++k) offsets[k] += position[d] * walk.steps[d][k];
    }
    for (Index first = begin, count = 0; first < end; first += count) {
      count = std::min(length - position[inner], end - first);
      row(first, offsets, count);
      for (std::size_t k = 0; k < N; ++k) offsets[k] -= position[inner] * walk.steps[inner][k];
      position[inner] = 0;
      for (int d = inner - 1; d >= 0; --d) {
        for (std::size_t k = 0; k < N; ++k) offsets[k] += walk.steps[d][k];
        if (++position[d] < walk.sizes[d]) break;
        position[d] = 0;
        for (std::size_t k = 0; k < N; ++k) offsets[k] -= walk.sizes[d] * walk.steps[d][k];
      }
    }
  });
}

// out = f(a, b), where `out_shape` is what the shapes of a and b broadcast to.
template <class T, class F>
void broadcast_map(const Shape& out_shape, const T* a, const Shape& a_shape, const T* b, const Shape& b_shape,
                   T* out, const F& f) {
  if (out_shape.size() == 0) return;
  const auto walk = make_walk<2>(out_shape, {a_shape, b_shape});
  const int inner = walk.rank - 1;
  const Index a_step = walk.steps[inner][0], b_step = walk.steps[inner][1];
  for_each_row(walk, [&](Index first, const std::array<Index, 2>& at, Index length) {
    T* o = out + first;
    const T *x = a + at[0], *y = b + at[1];
    // The compiler vectorises each of these; one loop with variable steps it would not.
    if (a_step == 1 && b_step == 1) {
      for (Index i = 0; i < length; ++i) o[i] = f(x[i], y[i]);
    } else if (a_step == 1) {
      for (Index i = 0; i < length; ++i) o[i] = f(x[i], *y);
    } else if (b_step == 1) {
      for (Index i = 0; i < length; ++i) o[i] = f(*x, y[i]);
    } else {
      for (Index i = 0; i < length; ++i) o[i] = f(*x, *y);
    }
  });
}

}  // namespace voronet::kernels
