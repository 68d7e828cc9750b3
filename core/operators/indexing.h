// gather and scatter_add: reading at given positions, and its adjoint; rows.
#pragma once

#include <voronet/core/tensor.h>

#include <cstdint>
#include <memory>
#include <span>

namespace voronet {

// Positions within rows: entry (row, i) of the result of gather is x(row, positions[row * per_row + i]),
// where x is seen as `rows` rows of equal length. One row means positions in the whole tensor.
struct Positions {
  Index rows = 1, per_row = 0;
  std::shared_ptr<const std::int32_t> values;  // rows x per_row, shared by all copies
};

// The element that each row's label names: x (n, c), labels n -> positions for gather into (n) or (n, 1).
// Throws Error on a label outside 0..c-1.
Positions at_labels(std::span<const int> labels, Index classes);

// Elements of x at the positions, as a tensor of `shape`, whose size is that of the positions.
// Throws Error on a position outside its row, or sizes that do not fit.
Tensor gather(const Tensor& x, const Positions& positions, const Shape& shape);
// The adjoint: zeros of `shape` with y's elements added at the positions (equal positions add up, in order).
Tensor scatter_add(const Tensor& y, const Positions& positions, const Shape& shape);

// x (n, ...) -> (indices.size(), ...): whole rows, in the order of the indices, which may repeat (their
// gradients add up). Throws Error on an index outside 0..n-1, rank 0, or more than 2^31 elements.
Tensor rows(const Tensor& x, std::span<const int> indices);

}  // namespace voronet
