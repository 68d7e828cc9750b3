#include <voronet/core/kernels/fast/register_block.h>

namespace voronet::kernels {
namespace {

template <int lanes, class T>
void copy_columns(const T* from, Index stride, Index k, Index columns, int vectors, T* to) {
  typename Vector<T, lanes>::type part;
  for (Index t = 0; t < k; ++t, from += stride)
    for (int v = 0; v < vectors; ++v, to += lanes) {
      load(part, from + v * lanes, columns - v * lanes);
      store(part, to);
    }
}

// Swaps a's lanes that have this bit set with b's lanes that lie `bit` before them.
template <int bit, class V, int... lane>
inline __attribute__((always_inline)) void swap_lanes(V& a, V& b, std::integer_sequence<int, lane...>) {
  constexpr int lanes = sizeof...(lane);
  const V first = __builtin_shufflevector(a, b, (lane & bit ? lanes + lane - bit : lane)...);
  b = __builtin_shufflevector(a, b, (lane & bit ? lanes + lane : lane + bit)...);
  a = first;
}

// row[i][j] becomes row[j][i]: for each bit of a position, row and column exchange it. lanes: a power of two.
template <int lanes, int bit = lanes / 2, class V>
inline __attribute__((always_inline)) void transpose_tile(V* row) {
  if constexpr (bit > 0) {
    for (int i = 0; i < lanes; ++i)
      if ((i & bit) == 0) swap_lanes<bit>(row[i], row[i + bit], std::make_integer_sequence<int, lanes>());
    transpose_tile<lanes, bit / 2>(row);
  }
}

// One vector of columns, which lie as rows of `stride` in memory, in square tiles.
template <int lanes, class T>
void transpose_columns(const T* from, Index stride, Index k, Index columns, Index width, T* to) {
  for (Index t = 0; t < k; t += lanes) {
    const Index rows = std::min<Index>(lanes, k - t);
    typename Vector<T, lanes>::type tile[lanes] = {};
    for (Index i = 0; i < std::min<Index>(lanes, columns); ++i) load(tile[i], from + i * stride + t, rows);
    transpose_tile<lanes>(tile);
    for (Index i = 0; i < rows; ++i) store(tile[i], to + (t + i) * width);
  }
}

template <int lanes, class T>
void pack_vectors(const Factor<T>& b, Index k, Index columns, int vectors, T* to) {
  if (!b.transposed) return copy_columns<lanes>(b.data, b.stride, k, columns, vectors, to);
  for (int v = 0; v < vectors; ++v)
    transpose_columns<lanes>(b.at(0, v * lanes).data, b.stride, k, columns - v * lanes, vectors * lanes,
                             to + v * lanes);
}

}  // namespace

template <class T>
void pack_columns(const Factor<T>& b, Index k, Index columns, int lanes, int vectors, T* to) {
  with_lanes<T>(lanes, [&](auto constant) { pack_vectors<constant>(b, k, columns, vectors, to); });
}

template void pack_columns(const Factor<float>&, Index, Index, int, int, float*);
template void pack_columns(const Factor<double>&, Index, Index, int, int, double*);

}  // namespace voronet::kernels
