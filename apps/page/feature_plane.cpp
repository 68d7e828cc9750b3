#include <voronet/apps/page/feature_plane.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/theory/svd.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace voronet {
namespace {

double dot(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

// The rows (2, d) made orthonormal, the first keeping its direction. Throws Error when they are parallel.
Tensor orthonormal(const Tensor& rows) {
  const Tensor first = slice(rows, 0, 0, 1), second = slice(rows, 0, 1, 2);
  const double length = std::sqrt(dot(first, first));
  require(length > 0, "plane: its first direction has no length");
  const Tensor u = first / length, rest = second - u * dot(u, second);
  const double height = std::sqrt(dot(rest, rest));
  require(height > 1e-9 * std::sqrt(dot(second, second)), "plane: its two directions are one");
  const Tensor v = rest / height;
  return pad(u, 0, 0, 1) + pad(v, 0, 1, 0);
}

// Turns each row around where its largest entry is negative.
Tensor with_positive_peaks(const Tensor& rows) {
  std::vector<double> values = rows.to_vector();
  const Index d = rows.dim(1);
  for (auto row = values.begin(); row != values.end(); row += d) {
    const auto smaller = [](double a, double b) { return std::abs(a) < std::abs(b); };
    if (*std::max_element(row, row + d, smaller) < 0)
      std::transform(row, row + d, row, [](double value) { return -value; });
  }
  return from(values, rows.shape(), Dtype::f64);
}

}  // namespace

Tensor FeaturePlane::coordinates(const Tensor& features) const {
  return matmul(features - origin, directions, {.b = true});
}

Tensor FeaturePlane::features(const Tensor& coordinates) const {
  return origin + matmul(coordinates, directions);
}

FeaturePlane whole_plane() { return {zeros({1, 2}, Dtype::f64), from({1, 0, 0, 1}, {2, 2}, Dtype::f64)}; }

FeaturePlane principal_plane(const Tensor& features) {
  require(features.rank() == 2 && features.dim(0) >= 1 && features.dim(1) >= 2, "plane: features ",
          features.shape(), " do not span one");
  const Tensor origin = mean(features, {0}, Dims::keep), centred = features - origin;
  std::vector<int> diagonal(features.dim(1));
  std::iota(diagonal.begin(), diagonal.end(), 0);
  // The identity gives directions to features that do not vary, and is too small to turn those that do.
  const Tensor identity = one_hot(diagonal, features.dim(1), Dtype::f64);
  const Tensor covariance =
      matmul(centred, centred, {.a = true}) + 1e-12 * (dot(centred, centred) + 1) * identity;
  return {origin, with_positive_peaks(transpose(slice(svd(covariance).u, 1, 0, 2)))};
}

FeaturePlane plane_through(const Tensor& points) {
  require(points.rank() == 2 && points.dim(0) == 3, "plane: through three points, not ", points.shape());
  const Tensor origin = slice(points, 0, 0, 1);
  return {origin, orthonormal(slice(points, 0, 1, 3) - origin)};
}

}  // namespace voronet
