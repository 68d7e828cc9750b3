// Reordering the dimensions of an array.
#pragma once

#include <voronet/core/kernels/elementwise.h>
#include <voronet/core/shape.h>

#include <array>
#include <vector>

namespace voronet::kernels {

// Dimension i of out is dimension order[i] of x, which has shape `shape`. The order must be a permutation;
// entries may count from the end.
template <class T>
void transpose(const Shape& shape, const std::vector<int>& order, const T* x, T* out) {
  if (shape.size() == 0) return;
  if (shape.rank() == 0) {
    *out = *x;
    return;
  }
  std::array<Index, Shape::max_rank> stride{}, sizes{},
      steps{};  // of x by its axes; of the loops that fill out
  Index product = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    stride[d] = product;
    product *= shape[d];
  }
  const std::size_t inner = order.size() - 1;
  for (std::size_t i = 0; i <= inner; ++i) {
    sizes[i] = shape[order[i]];
    steps[i] = stride[shape.axis(order[i])];
  }
  const Index length = sizes[inner], rows = shape.size() / length;
  parallel_for(rows, elements_a_piece / 4 / length + 1, [&](Index begin, Index end) {  // reads are scattered
    std::array<Index, Shape::max_rank> at{};  // the row's position in the outer dimensions
    Index from = 0;
    Index rest = begin;
    for (std::size_t d = inner; d-- > 0; rest /= sizes[d]) {
      at[d] = rest % sizes[d];
      from += at[d] * steps[d];
    }
    for (Index row = begin; row < end; ++row) {
      for (Index i = 0; i < length; ++i) out[row * length + i] = x[from + i * steps[inner]];
      for (std::size_t d = inner; d-- > 0;) {
        from += steps[d];
        if (++at[d] < sizes[d]) break;
        from -= at[d] * steps[d];
        at[d] = 0;
      }
    }
  });
}

}  // namespace voronet::kernels
