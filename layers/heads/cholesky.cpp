#include <voronet/layers/heads/cholesky.h>

#include <cmath>

namespace voronet {
namespace {

Index side(const Tensor& matrix) {
  require(matrix.rank() == 2 && matrix.dim(0) == matrix.dim(1), "cholesky: ", matrix.shape(),
          " is not a square matrix");
  return matrix.dim(0);
}

double dot(const double* a, const double* b, Index n) {
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

std::optional<Tensor> cholesky(const Tensor& matrix, double smallest) {
  const Index d = side(matrix);
  const double* a = matrix.data<double>();
  const Tensor factor = zeros({d, d}, Dtype::f64);
  double* l = factor.mutable_data<double>();
  for (Index i = 0; i < d; ++i) {
    for (Index j = 0; j < i; ++j) l[i * d + j] = (a[i * d + j] - dot(l + i * d, l + j * d, j)) / l[j * d + j];
    const double pivot = a[i * d + i] - dot(l + i * d, l + i * d, i);
    if (!(pivot > smallest)) return {};
    l[i * d + i] = std::sqrt(pivot);
  }
  return factor;
}

Tensor inverse_of_lower(const Tensor& lower) {
  const Index d = side(lower);
  const double* l = lower.data<double>();
  const Tensor inverse = zeros({d, d}, Dtype::f64);
  double* x = inverse.mutable_data<double>();
  for (Index i = 0; i < d; ++i) {
    // Row i of L X = 1: l_ii x_i = e_i - sum_{j < i} l_ij x_j.
    for (Index j = 0; j < i; ++j)
      for (Index k = 0; k <= j; ++k) x[i * d + k] -= l[i * d + j] * x[j * d + k];
    for (Index k = 0; k < i; ++k) x[i * d + k] /= l[i * d + i];
    x[i * d + i] = 1 / l[i * d + i];
  }
  return inverse;
}

}  // namespace voronet
