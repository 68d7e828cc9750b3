// Matrix product.
#pragma once

#include <voronet/core/kernels/packed_columns.h>

namespace voronet::kernels {

// c (m, n) = a (m, k) b (k, n), plus the bias (n) in each row if there is one. Overwrites c. Sizes may be 0:
// with k = 0 the product is 0. A row of c has the same bits whatever m is, and for any number of threads.
template <class T>
void gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c, const T* bias = nullptr);

}  // namespace voronet::kernels
