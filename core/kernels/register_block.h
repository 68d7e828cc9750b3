// The innermost loops of convolutions: a few rows by a few vectors of channels, whose sums stay in registers
// from the first product to the last. Direct, dense and Winograd convolution, 1x1 convolution included, run
// on these two.
#pragma once

#include <voronet/core/kernels/epilogue.h>

namespace voronet::kernels {

// A block of rows (pixels, or tiles) that lie apart by a constant number of elements, times a block of
// channels that is `lanes * vectors` wide.
struct BlockSize {
  int lanes;    // native_lanes<T> or half_lanes<T>
  int vectors;  // 1..ChannelBlocks::max_vectors
  int rows;     // 1..sums_a_vector(vectors)
};

// out(p, o) = epilogue(sum over t of x(p, t) weight(t, o)), where t runs over `runs` runs of `run`
// neighbouring elements.
template <class T>
struct BlockProduct {
  const T* x;          // the first row's first element
  Index x_run, x_row;  // elements from one run to the next, and from one row to the next
  Index runs, run;
  const T* weight;        // (runs, run, channels of the block)
  Index weight_skip = 0;  // elements between one run's weights and the next's
  T* out;
  Index out_row;
  Index channels;        // of the block that exist, and are written
  Epilogue<T> epilogue;  // at the block's first row and channel
};
// Does the same for as many blocks as `count` says, each below the one before.
template <class T>
void multiply(BlockSize size, Index count, const BlockProduct<T>& first);

// sum(r, o) = (fresh ? 0 : sum(r, o)) + sum over i, j of x(i, j, r) y(i, j, o): here the rows of the block
// are elements of x that may lie anywhere (offset[r] from the first), and (i, j) are pixels or tiles.
template <class T>
struct BlockUpdate {
  const T* x;
  const Index* offset;
  Index x_i, x_j;  // elements from one i, or j, to the next
  const T* y;      // readable to the last vector's end
  Index y_i, y_j;
  Index i, j;  // how many there are
  T* sum;
  Index sum_row;
  bool fresh = false;
};
// `count` blocks, each with the next rows.
template <class T>
void accumulate(BlockSize size, Index count, const BlockUpdate<T>& first);

}  // namespace voronet::kernels
