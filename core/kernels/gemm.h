// Matrix products.
#pragma once

#include <voronet/core/kernels/packed_columns.h>

namespace voronet::kernels {

// c (m, n) = a (m, k) b (k, n). Overwrites c. Sizes may be 0: with k = 0 the product is 0. The same bits for
// any number of threads. Large products are OpenBLAS's (see blas.h); of smaller ones a row of c has the same
// bits whatever m is.
template <class T>
void gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c);

// The same, plus the bias (n) in each row if there is one, and never by OpenBLAS: a row of c always has the
// same bits whatever m is.
template <class T>
void linear(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c, const T* bias);

}  // namespace voronet::kernels
