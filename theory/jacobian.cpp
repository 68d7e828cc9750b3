#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/parallel.h>
#include <voronet/core/random.h>
#include <voronet/theory/jacobian.h>
#include <voronet/theory/values.h>

#include <algorithm>

namespace voronet {
namespace {

Tensor features_at(const PointMap& phi, const Tensor& point) {
  const Tensor features = phi(point);
  require(features.rank() == 2 && features.dim(0) == point.dim(0), "jacobian: points ", point.shape(),
          " became ", features.shape(), ", not n x features");
  return features;
}

// Squared lengths of n points, as (n, 1, ..., 1).
Tensor squared_lengths(const Tensor& points) {
  std::vector<int> axes;
  for (int axis = 1; axis < points.rank(); ++axis) axes.push_back(axis);
  return sum(square(points), axes, Dims::keep);
}

// a / b, where b is 0: 0.
Tensor quotient(const Tensor& a, const Tensor& b) {
  return where(greater(b, 0), a / b, zeros({}, a.dtype()));
}

std::vector<double> norms_by_rows(const Tensor& features, const Tensor& point, const PowerOptions& options) {
  const Index n = features.dim(0), d = features.dim(1), size = point.size() / n;
  Tensors rows;  // each of all Jacobians
  for (Index row = 0; row < d; ++row) {
    const std::vector<int> labels(n, static_cast<int>(row));
    const Tensor gradient = grad({features}, {point}, {.cotangents = {one_hot(labels, d, point.dtype())}})[0];
    rows.push_back(reshape(gradient.to(Dtype::f64), {n, size}));
  }
  const Tensor jacobians = stack(rows, 1);
  std::vector<double> norms(n);
  parallel_for(n, 1, [&](Index i, Index) {
    norms[i] = matrix_norm(reshape(slice(jacobians, 0, i, i + 1), {d, size}), options).norm;
  });
  return norms;
}

std::vector<double> norms_by_power(const Tensor& features, const Tensor& point, const PowerOptions& options) {
  // J^T u as a function of u, recorded: differentiating it again along v is J v.
  const Tensor u = variable(zeros(features.shape(), features.dtype()));
  const Tensor pulled = grad({features}, {point}, {.create_graph = true, .cotangents = {u}})[0];
  Random random(options.seed);
  Tensor v = normal(point.shape(), 0, 1, random, point.dtype());
  std::vector<double> norms;
  for (Index i = 0; i < options.iterations; ++i) {
    v = quotient(v, sqrt(squared_lengths(v)));
    const Tensor image = grad({pulled}, {u}, {.cotangents = {v}})[0];
    const Tensor back = grad({features}, {point}, {.cotangents = {image}})[0];
    const NoGrad scope;
    const Tensor eigenvalues = squared_lengths(image),
                 per_point = reshape(eigenvalues, squared_lengths(back).shape());
    norms = sqrt(eigenvalues).to_vector();
    const Tensor errors = quotient(squared_lengths(back - per_point * v), square(per_point));
    if (largest(errors.to(Dtype::f64)) <= options.tolerance * options.tolerance) break;
    v = back;
  }
  return norms;
}

}  // namespace

std::vector<double> jacobian_norms(const PointMap& phi, const Tensor& x, const JacobianOptions& options) {
  require(x.rank() >= 2 && x.dim(0) >= 1 && options.batch >= 1, "jacobian: points ", x.shape(),
          " in batches of ", options.batch);
  std::vector<double> norms;
  for (Index first = 0; first < x.dim(0); first += options.batch) {
    const Tensor point = variable(slice(x, 0, first, std::min(first + options.batch, x.dim(0)))),
                 features = features_at(phi, point);
    const auto norms_of = features.dim(1) <= options.most_rows ? norms_by_rows : norms_by_power;
    const std::vector<double> some = norms_of(features, point, options.power);
    norms.insert(norms.end(), some.begin(), some.end());
  }
  return norms;
}

}  // namespace voronet
