// Reordering the dimensions of an array.
#pragma once

#include <voronet/core/kernels/elementwise.h>

#include <vector>

namespace voronet::kernels {

// Dimension i of out is dimension order[i] of x, of this shape; a permutation, which may count from the end.
template <class T>
void transpose(const Shape& shape, const std::vector<int>& order, const T* x, T* out) {
  if (shape.size() == 0) return;
  std::array<Index, Shape::max_rank> stride{};  // of x
  Index product = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    stride[d] = product;
    product *= shape[d];
  }
  Walk<1> walk;
  for (const int axis : order) {
    const Index size = shape[axis], step = stride[shape.axis(axis)];
    // One loop with that outside it, where it goes on where that ends.
    const bool merges = walk.rank > 0 && walk.steps[walk.rank - 1][0] == size * step;
    if (!merges) walk.sizes[walk.rank++] = 1;
    walk.sizes[walk.rank - 1] *= size;
    walk.steps[walk.rank - 1] = {step};
  }
  if (walk.rank == 0) walk.sizes[walk.rank++] = 1;  // a single element
  const Index step = walk.steps[walk.rank - 1][0];
  const auto copy_row = [&](Index first, const std::array<Index, 1>& at, Index count) {
    for (Index i = 0; i < count; ++i) out[first + i] = x[at[0] + i * step];
  };
  for_each_row(walk, copy_row, elements_a_piece / 4);  // reads are scattered
}

}  // namespace voronet::kernels
