#include <voronet/core/kernels/fast/register_block.h>

namespace voronet::kernels {
namespace {

template <class V, int vectors, int rows, class T>
inline __attribute__((always_inline)) void multiply_block(const BlockProduct<T>& block) {
  constexpr Index lanes = sizeof(V) / sizeof(T);
  V sum[rows][vectors] = {};
  const T* weight = block.weight;
  for (Index u = 0; u < block.runs; ++u, weight += block.weight_skip) {
    const T* x = block.x + u * block.x_run;
    for (Index t = 0; t < block.run; ++t, weight += vectors * lanes) {
      V w[vectors];
      for (int k = 0; k < vectors; ++k) load(w[k], weight + k * lanes);
      for (int p = 0; p < rows; ++p)
        for (int k = 0; k < vectors; ++k) sum[p][k] += x[p * block.x_row + t] * w[k];
    }
  }
  // Where the block is dense in memory, lanes without a channel may spill into the next row, which is written
  // afterwards: whole vectors are much faster than parts. (A residual may be what is overwritten.)
  const Index end = (rows - 1) * block.out_row + block.channels;
  const bool dense = block.out_row == block.channels && block.epilogue.residual == nullptr;
  for (int p = 0; p < rows; ++p)
    for (int k = 0; k < vectors; ++k) {
      const Index channel = k * lanes, at = p * block.out_row + channel, count = block.channels - channel;
      const V value = apply(block.epilogue, sum[p][k], channel, at, count);
      store(value, block.out + at, dense && at + lanes <= end ? lanes : count);
    }
}

template <class V, int vectors, int rows, class T>
inline __attribute__((always_inline)) void accumulate_block(const BlockUpdate<T>& block) {
  constexpr Index lanes = sizeof(V) / sizeof(T);
  V sum[rows][vectors] = {};
  Index offset[rows];
  for (int r = 0; r < rows; ++r) {
    offset[r] = block.offset[r];
    if (block.fresh) continue;
    for (int k = 0; k < vectors; ++k) load(sum[r][k], block.sum + r * block.sum_row + k * lanes);
  }
  for (Index i = 0; i < block.i; ++i) {
    const T *x = block.x + i * block.x_i, *y = block.y + i * block.y_i;
    for (Index j = 0; j < block.j; ++j, x += block.x_j, y += block.y_j) {
      V g[vectors];
      for (int k = 0; k < vectors; ++k) load(g[k], y + k * lanes);
      for (int r = 0; r < rows; ++r)
        for (int k = 0; k < vectors; ++k) sum[r][k] += x[offset[r]] * g[k];
    }
  }
  for (int r = 0; r < rows; ++r)
    for (int k = 0; k < vectors; ++k) store(sum[r][k], block.sum + r * block.sum_row + k * lanes);
}

// These are not inlined, so that each block size gets the registers for itself.
template <class V, int vectors, int rows, class T>
__attribute__((noinline)) void multiply_blocks(BlockProduct<T> block, Index count) {
  for (; count > 0; --count) {
    multiply_block<V, vectors, rows, T>(block);
    block.x += rows * block.x_row;
    block.out += rows * block.out_row;
    block.epilogue = block.epilogue.at(0, rows * block.out_row);
  }
}
template <class V, int vectors, int rows, class T>
__attribute__((noinline)) void accumulate_blocks(BlockUpdate<T> block, Index count) {
  for (; count > 0; --count) {
    accumulate_block<V, vectors, rows, T>(block);
    block.offset += rows;
    block.sum += rows * block.sum_row;
  }
}

}  // namespace

template <class T>
void multiply(BlockSize size, Index count, const BlockProduct<T>& first) {
  with_constants<T>(size, [&](auto lanes, auto vectors, auto rows) {
    multiply_blocks<typename Vector<T, lanes>::type, vectors, rows, T>(first, count);
  });
}

template <class T>
void accumulate(BlockSize size, Index count, const BlockUpdate<T>& first) {
  with_constants<T>(size, [&](auto lanes, auto vectors, auto rows) {
    accumulate_blocks<typename Vector<T, lanes>::type, vectors, rows, T>(first, count);
  });
}

template void multiply(BlockSize, Index, const BlockProduct<float>&);
template void multiply(BlockSize, Index, const BlockProduct<double>&);
template void accumulate(BlockSize, Index, const BlockUpdate<float>&);
template void accumulate(BlockSize, Index, const BlockUpdate<double>&);

}  // namespace voronet::kernels
