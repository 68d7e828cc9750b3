// Matrix product on OpenBLAS, the same call for float and double.
#pragma once

#include <voronet/core/shape.h>

namespace voronet::kernels {

// A row-major matrix as gemm reads it: the rows start `stride` elements apart.
template <class T>
struct Factor {
  const T* data;
  Index stride;             // >= the number of columns as stored
  bool transposed = false;  // whether the product takes the transpose of what is stored
};

// c = alpha a b + beta c, with a (m, k) and b (k, n) after transposition, and rows of c that start c_stride
// apart. With beta 0 the old c is not read. Sizes may be 0. Uses threads() threads, or the calling one alone
// inside a parallel loop. Throws Error for a size that does not fit BLAS's 31 bits.
template <class T>
void gemm(Index m, Index n, Index k, T alpha, Factor<T> a, Factor<T> b, T beta, T* c, Index c_stride);

}  // namespace voronet::kernels
