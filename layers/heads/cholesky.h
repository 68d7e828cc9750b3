// Cholesky factors: of a covariance, what whitens.
#pragma once

#include <voronet/core/tensor.h>

#include <optional>

namespace voronet {

// The lower triangular L, (d, d) with zeros above, for which L L^T is the symmetric matrix (d, d), f64, whose
// lower triangle is read. Nothing when a pivot (a squared diagonal element of L) is not above `smallest` >=
// 0: the matrix is not positive definite, or nearly not.
std::optional<Tensor> cholesky(const Tensor& matrix, double smallest = 0);

// The inverse of a lower triangular matrix (d, d), f64, without zeros on its diagonal: lower triangular.
Tensor inverse_of_lower(const Tensor& lower);

}  // namespace voronet
