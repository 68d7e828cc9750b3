#include <voronet/core/error.h>
#include <voronet/core/kernels/gemm.h>

#include <algorithm>
#include <limits>

#include <cblas.h>

namespace voronet::kernels {
namespace {

blasint blas_size(Index size) {
  require(size <= std::numeric_limits<blasint>::max(), "matmul: a size of ", size, " is too large for BLAS");
  return static_cast<blasint>(size);
}

// BLAS wants a stride of at least 1 even of an empty matrix.
blasint blas_stride(Index stride) { return blas_size(std::max<Index>(stride, 1)); }

CBLAS_TRANSPOSE blas_transpose(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }

}  // namespace

template <class T>
void gemm(Index m, Index n, Index k, T alpha, Factor<T> a, Factor<T> b, T beta, T* c, Index c_stride) {
  if (m == 0 || n == 0) return;
  const auto product = [&](auto blas_gemm) {
    blas_gemm(CblasRowMajor, blas_transpose(a.transposed), blas_transpose(b.transposed), blas_size(m),
              blas_size(n), blas_size(k), alpha, a.data, blas_stride(a.stride), b.data, blas_stride(b.stride),
              beta, c, blas_stride(c_stride));
  };
  if constexpr (std::is_same_v<T, float>)
    product(cblas_sgemm);
  else
    product(cblas_dgemm);
}

template void gemm(Index, Index, Index, float, Factor<float>, Factor<float>, float, float*, Index);
template void gemm(Index, Index, Index, double, Factor<double>, Factor<double>, double, double*, Index);

}  // namespace voronet::kernels
