// Matrix product, and the fully connected layer.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

struct Transposed {
  bool a = false, b = false;
};

// (m, k) times (k, n) -> (m, n); a is (k, m), or b is (n, k), if said to be transposed.
// Large products (core/kernels/fast/blas.h) are OpenBLAS's. Throws Error unless both are matrices with equal
// inner sizes.
Tensor matmul(const Tensor& a, const Tensor& b, Transposed transposed = {});

// x (n, in) times the transposed weight (out, in), plus the bias (out) if it is defined -> (n, out). A row
// has the same bits alone as in any batch. Throws Error for other shapes.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace voronet
