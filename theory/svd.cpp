#include <voronet/core/operators.h>
#include <voronet/theory/svd.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace voronet {
namespace {

double inner(const double* a, const double* b, Index n) { return std::inner_product(a, a + n, b, 0.0); }

// Turns rows a and b by the angle of this cosine and sine.
void rotate(double* a, double* b, Index n, double cosine, double sine) {
  for (Index i = 0; i < n; ++i) {
    const double x = a[i], y = b[i];
    a[i] = cosine * x - sine * y;
    b[i] = sine * x + cosine * y;
  }
}

// Rotates pairs of rows until all are orthogonal, and the rows of `turns` (r, r) with them.
void orthogonalise(Tensor& rows, Tensor& turns) {
  const Index r = rows.dim(0), n = rows.dim(1);
  constexpr double orthogonal = 1e-15;  // a cosine
  constexpr int sweeps = 60;            // ten are enough; more only where rounding keeps a cosine just above
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    bool rotated = false;
    for (Index i = 0; i < r; ++i)
      for (Index j = i + 1; j < r; ++j) {
        double *a = rows.mutable_data<double>() + i * n, *b = rows.mutable_data<double>() + j * n;
        const double aa = inner(a, a, n), bb = inner(b, b, n), ab = inner(a, b, n);
        if (std::abs(ab) <= orthogonal * std::sqrt(aa) * std::sqrt(bb)) continue;
        rotated = true;
        // The smaller of the two angles after which a and b are orthogonal.
        const double zeta = (bb - aa) / (2 * ab),
                     tangent = std::copysign(1.0, zeta) / (std::abs(zeta) + std::hypot(1.0, zeta)),
                     cosine = 1 / std::hypot(1.0, tangent);
        rotate(a, b, n, cosine, cosine * tangent);
        rotate(turns.mutable_data<double>() + i * r, turns.mutable_data<double>() + j * r, r, cosine,
               cosine * tangent);
      }
    if (!rotated) return;
  }
}

// The rows in this order, each divided by its divisor (0 stays 0), as columns.
Tensor columns(const Tensor& rows, const std::vector<Index>& order, const std::vector<double>& divisors) {
  const Index r = rows.dim(0), n = rows.dim(1);
  Tensor result({n, r}, Dtype::f64);
  double* to = result.mutable_data<double>();
  for (Index k = 0; k < r; ++k)
    for (Index i = 0; i < n; ++i)
      to[i * r + k] = divisors[k] > 0 ? rows.data<double>()[order[k] * n + i] / divisors[k] : 0;
  return result;
}

}  // namespace

Svd svd(const Tensor& a) {
  require(a.rank() == 2 && a.size() > 0, "svd: ", a.shape(), " is not a matrix with elements");
  const Tensor matrix = a.detach().to(Dtype::f64);
  const double scale = largest_magnitude("svd: the matrix", matrix);  // so that no square overflows
  const bool wide = a.dim(0) < a.dim(1);
  Tensor rows = wide ? matrix.clone() : transpose(matrix);
  if (scale > 0) rows = rows / scale;
  const Index r = rows.dim(0);
  Tensor turns = identity(r);
  orthogonalise(rows, turns);

  std::vector<double> lengths(r);
  for (Index i = 0; i < r; ++i) {
    const double* row = rows.data<double>() + i * rows.dim(1);
    lengths[i] = std::sqrt(inner(row, row, rows.dim(1)));
  }
  std::vector<Index> order(r);
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) { return lengths[i] > lengths[j]; });
  std::stable_sort(lengths.begin(), lengths.end(), std::greater<>());

  const Tensor of_rows = columns(rows, order, lengths),
               of_turns = columns(turns, order, std::vector<double>(lengths.size(), 1.0));
  for (double& length : lengths) length *= scale;
  return wide ? Svd{of_turns, lengths, of_rows} : Svd{of_rows, lengths, of_turns};
}

Tensor least_squares(const Svd& decomposition, const Tensor& y, double smallest) {
  const auto& [u, s, v] = decomposition;
  require(y.rank() == 1 && y.dim(0) == u.dim(0), "least_squares: ", y.shape(), " does not match the ",
          u.dim(0), " rows of the matrix");
  std::vector<double> inverse;
  for (const double value : s) inverse.push_back(value > 0 && value >= smallest ? 1 / value : 0);
  const Index r = u.dim(1);
  const Tensor along = matmul(reshape(y, {1, -1}), u) * from(inverse, {1, r}, Dtype::f64);
  return reshape(matmul(along, v, {.b = true}), {-1});
}

}  // namespace voronet
