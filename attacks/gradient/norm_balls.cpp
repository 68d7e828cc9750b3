#include <voronet/attacks/gradient/norm_balls.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace voronet {
namespace {

Tensor signs(const Tensor& x) { return greater(x, 0) - less(x, 0); }

Tensor rows_of(const Tensor& x) { return reshape(x, {x.dim(0), -1}); }

Tensor lengths(const Tensor& rows) { return sqrt(sum(square(rows), {-1}, Dims::keep)); }

// f(row in, row out), in double precision.
template <class F>
Tensor each_row(const Tensor& rows, const F& f) {
  const std::vector<double> in = rows.to_vector();
  std::vector<double> out(in.size());
  const Index width = rows.dim(1);
  for (Index first = 0; first < rows.size(); first += width)
    f(std::span(in).subspan(first, width), std::span(out).subspan(first, width));
  return from(out, rows.shape(), rows.dtype());
}

std::vector<double> falling_magnitudes(std::span<const double> row) {
  std::vector<double> magnitudes(row.begin(), row.end());
  for (double& value : magnitudes) value = std::abs(value);
  std::sort(magnitudes.begin(), magnitudes.end(), std::greater<>());
  return magnitudes;
}

void sparse_signs(std::span<const double> gradient, std::span<double> step, double sparsity) {
  const double share = (1 - sparsity) * static_cast<double>(gradient.size());
  const std::size_t chosen = std::max<std::size_t>(1, std::lround(share));
  const double least = falling_magnitudes(gradient)[chosen - 1];
  double count = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i)
    if (gradient[i] != 0 && std::abs(gradient[i]) >= least) {
      step[i] = gradient[i] > 0 ? 1 : -1;
      ++count;
    }
  for (double& value : step) value /= std::max(count, 1.0);
}

void direction(std::span<const double> gradient, std::span<double> step) {
  double length = 0;  // of floats, no square overflows a double, nor comes out as 0
  for (const double value : gradient) length += value * value;
  for (std::size_t i = 0; i < gradient.size() && length > 0; ++i) step[i] = gradient[i] / std::sqrt(length);
}

// All magnitudes shrink by what leaves their sum at the radius, but not below 0.
void project_l1(std::span<const double> point, std::span<double> result, double radius) {
  const std::vector<double> magnitudes = falling_magnitudes(point);
  double sum = 0, shrink = 0;
  for (std::size_t i = 0; i < magnitudes.size(); ++i) {
    sum += magnitudes[i];
    const double candidate = (sum - radius) / static_cast<double>(i + 1);
    if (magnitudes[i] >= candidate) shrink = std::max(0.0, candidate);
  }
  const bool inside = std::accumulate(magnitudes.begin(), magnitudes.end(), 0.0) <= radius;
  for (std::size_t i = 0; i < point.size(); ++i)
    result[i] = inside ? point[i] : std::copysign(std::max(0.0, std::abs(point[i]) - shrink), point[i]);
}

double exponential(Random& random) { return -std::log(1 - random.uniform()); }

}  // namespace

std::string name_of(Norm norm) { return norm == Norm::linf ? "Linf" : norm == Norm::l2 ? "L2" : "L1"; }

Tensor steepest(Norm norm, const Tensor& gradient, double sparsity) {
  const NoGrad scope;
  if (norm == Norm::linf) return signs(gradient);
  const Tensor steps = each_row(rows_of(gradient), [&](auto in, auto out) {
    norm == Norm::l1 ? sparse_signs(in, out, sparsity) : direction(in, out);
  });
  return reshape(steps, gradient.shape());
}

Tensor project(Norm norm, const Tensor& points, double radius) {
  const NoGrad scope;
  require(radius >= 0, "norm balls: a radius of ", radius);
  if (norm == Norm::linf) return clamp(points, -radius, radius);
  const Tensor rows = rows_of(points);
  if (norm == Norm::l1)
    return reshape(each_row(rows, [&](auto in, auto out) { project_l1(in, out, radius); }), points.shape());
  const Tensor length = lengths(rows), outside = greater(length, radius);
  const Tensor shorter = radius * rows / where(outside, length, ones({}, length.dtype()));
  return reshape(where(outside, shorter, rows), points.shape());
}

Tensor random_point(Norm norm, const Shape& shape, double radius, Random& random, Dtype dtype) {
  require(radius >= 0, "norm balls: a radius of ", radius);
  if (norm == Norm::linf) return uniform(shape, -radius, radius, random, dtype);
  std::vector<double> values(shape.size());
  double length = 0;
  if (norm == Norm::l2) {
    // A uniform direction; the volume within r grows as r to the number of entries.
    for (double& value : values) value = random.normal();
    for (const double value : values) length += value * value;
    length = std::sqrt(length) / std::pow(random.uniform(), 1 / static_cast<double>(shape.size()));
  } else {
    // Magnitudes in proportion to exponential draws, with one more draw for what the radius leaves over.
    for (double& value : values) value = exponential(random) * (random.below(2) == 0 ? 1 : -1);
    for (const double value : values) length += std::abs(value);
    length += exponential(random);
  }
  for (double& value : values) value *= radius / length;
  return from(values, shape, dtype);
}

}  // namespace voronet
