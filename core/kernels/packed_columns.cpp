#include <voronet/core/kernels/packed_columns.h>
#include <voronet/core/kernels/transpose_tile.h>
#include <voronet/core/kernels/vector.h>

#include <algorithm>

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
  if (lanes == native_lanes<T>)
    pack_vectors<native_lanes<T>>(b, k, columns, vectors, to);
  else
    pack_vectors<half_lanes<T>>(b, k, columns, vectors, to);
}

template void pack_columns(const Factor<float>&, Index, Index, int, int, float*);
template void pack_columns(const Factor<double>&, Index, Index, int, int, double*);

}  // namespace voronet::kernels
