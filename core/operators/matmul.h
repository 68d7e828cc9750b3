// Matrix product, and the fully connected layer.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

struct Transposed {
  bool a = false, b = false;
};

// (m, k) times (k, n) -> (m, n); a is (k, m), or b is (n, k), if said to be transposed. Large products are
// OpenBLAS's (core/kernels/fast/blas.h). Throws Error unless inner sizes of two matrices are equal.
Tensor matmul(const Tensor& a, const Tensor& b, Transposed transposed = {});

// x (n, in) times the transposed weight (out, in), plus the bias (out) if it is defined -> (n, out). A row
// has the same bits alone as in any batch. Throws Error for other shapes.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace voronet
