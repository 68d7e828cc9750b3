// Singular value decomposition of small dense matrices, in f64.
#pragma once

#include <voronet/core/tensor.h>

#include <vector>

namespace voronet {

// a = U diag(s) V^T with r = min(m, n).
struct Svd {
  Tensor u;               // (m, r), orthonormal columns; those of singular values that are exactly 0 are 0
  std::vector<double> s;  // r singular values, largest first, >= 0
  Tensor v;               // (n, r), as u
};

// Of a matrix (m, n) of any dtype, m and n >= 1. By one-sided Jacobi rotations (Hestenes 1958), about m n r
// operations for each of ten or so sweeps: LAPACK is faster on large matrices, but last layers are small, and
// this gives small singular values to high relative accuracy, and the same bits with any number of threads.
// Throws Error for another rank, an empty matrix, and values that are not finite.
Svd svd(const Tensor& a);

// The x (n) with smallest |x| among those that minimise |a x - y|, y (m) in f64, when singular values below
// `smallest` (and 0 itself) are taken for 0: truncated least squares. The decomposition is of a.
Tensor least_squares(const Svd& decomposition, const Tensor& y, double smallest);

}  // namespace voronet
