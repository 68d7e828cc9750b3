// Large matrix products by OpenBLAS.
#pragma once

#include <voronet/core/kernels/gemm.h>

namespace voronet::kernels {

// From so many multiplications on, m * n * k, OpenBLAS is worth its calls where it knows the processor: with
// AVX2 it was up to 1.2 times as fast as our register blocks. The networks' linear layers have at most half
// as many (128 images, 4096 features, 512 outputs), so they and their gradients never depend on it.
inline constexpr Index large_product = Index{1} << 29;

// Whether blas_gemm is to compute this product: a large one, of sizes and strides that OpenBLAS can hold in
// its integers. Never in a build for AVX-512, whose register blocks were 1.7 times as fast as OpenBLAS's
// for AVX2. Never with a sequential build of OpenBLAS, which several threads may not call at once.
template <class T>
bool is_for_blas(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b);

// c (m, n) = a (m, k) b (k, n), of sizes > 0 for which is_for_blas holds; a stride is at least the number of
// columns as stored. The same bits for any number of threads, all parallel_for's: OpenBLAS starts none.
template <class T>
void blas_gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c);

}  // namespace voronet::kernels
