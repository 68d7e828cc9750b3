#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/form.h>

namespace voronet {
namespace {

// W of all classes as one matrix, (size classes, d).
Tensor rows(const Tensor& weight) { return reshape(weight, {-1, weight.dim(2)}); }

}  // namespace

Tensor LinearForm::logits(const Tensor& x) const { return linear(x, weight, bias); }

PlanValue LinearForm::plan(PlanBuilder& builder, PlanValue x) const {
  return builder.linear(x, weight, bias);
}

Tensor CentroidForm::logits(const Tensor& x) const {
  require(x.rank() == 2 && x.dim(1) == centroids.dim(1), "head: features ", x.shape(),
          " do not match centroids ", centroids.shape());
  return -gamma * sum(square(reshape(x, Shape{x.dim(0), 1, x.dim(1)}) - centroids), {-1});
}

PlanValue CentroidForm::plan(PlanBuilder& builder, PlanValue x) const {
  return builder.gauss(x, centroids, gamma);
}

Tensor ClassSpaceForm::in_spaces(const Tensor& x) const {
  require(x.rank() == 2 && x.dim(1) == weight.dim(2), "head: features ", x.shape(), " do not match W ",
          weight.shape());
  return reshape(linear(x, rows(weight), {}), {x.dim(0), weight.dim(0), weight.dim(1)});
}

Tensor ClassSpaceForm::logits(const Tensor& x) const {
  return -gamma * mean(square(in_spaces(x) - centroids), {1});
}

PlanValue ClassSpaceForm::plan(PlanBuilder& builder, PlanValue x) const {
  const double scale = gamma / static_cast<double>(weight.dim(0));
  const PlanValue differences = builder.linear(x, rows(weight), reshape(-centroids, {-1}));
  return builder.squares(differences, full({weight.dim(1)}, scale, weight.dtype()));
}

}  // namespace voronet
