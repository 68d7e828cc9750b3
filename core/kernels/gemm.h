// Matrix products.
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

// c (m, n) = a (m, k) b (k, n); sizes may be 0. The same bits for any number of threads. Large products may
// be OpenBLAS's (see fast/blas.h); of smaller ones a row of c has the same bits whatever m is.
template <class T>
void gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c);

// The same, plus the bias (n) if there is one, never by OpenBLAS: a row has the same bits whatever m is.
template <class T>
void linear(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c, const T* bias);

}  // namespace voronet::kernels
