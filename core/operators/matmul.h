// Matrix product.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

struct Transposed {
  bool a = false, b = false;
};

// (m, k) times (k, n) -> (m, n); a is (k, m), or b is (n, k), if said to be transposed.
// Throws Error unless both are matrices with equal inner sizes.
Tensor matmul(const Tensor& a, const Tensor& b, Transposed transposed = {});

}  // namespace voronet
