// The columns of a matrix in the order in which a register block (register_block.h) reads them.
#pragma once

#include <voronet/core/shape.h>

namespace voronet::kernels {

// A matrix in memory, or the transpose of one.
template <class T>
struct Factor {
  const T* data;
  Index stride;             // elements from one row to the next, as stored
  bool transposed = false;  // whether the transpose of what is stored is meant

  // The part that starts at this row and column.
  Factor at(Index row, Index column) const {
    return {data + (transposed ? column * stride + row : row * stride + column), stride, transposed};
  }
};

// The first `columns` columns of b, whose rows are k, as (k, lanes * vectors), with zeros for columns that
// the block has and b has not. lanes is native_lanes<T> or half_lanes<T>.
template <class T>
void pack_columns(const Factor<T>& b, Index k, Index columns, int lanes, int vectors, T* to);

}  // namespace voronet::kernels
