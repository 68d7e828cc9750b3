// HeadForm: a head's logits in a form to compute by and to prove things about: linear, or squared distances.
#pragma once

#include <voronet/core/tensor.h>
#include <voronet/layers/plan/builder.h>

#include <variant>

namespace voronet {

// logits = x W^T + b.
struct LinearForm {
  Tensor weight, bias;  // (classes, d); (classes), or undefined: 0

  Tensor logits(const Tensor& x) const;                     // (n, d) -> (n, classes)
  PlanValue plan(PlanBuilder& builder, PlanValue x) const;  // the same, as a plan's step
};

// logit_k = -gamma_k |x - z_k|^2.
struct CentroidForm {
  Tensor centroids, gamma;  // z (classes, d); (classes), > 0

  // (n, d) -> (n, classes), by differences: the expanded square would cancel.
  Tensor logits(const Tensor& x) const;
  PlanValue plan(PlanBuilder& builder, PlanValue x) const;  // the same, as a plan's step
};

// logit_k = -gamma mean_j (W_k x - e_k)_j^2: each class's centroid lies in a space of its own.
struct ClassSpaceForm {
  Tensor weight, centroids;  // W (size, classes, d); e (size, classes)
  double gamma = 1;          // > 0

  // (n, d) -> (n, size, classes): column k of a point is W_k x.
  Tensor in_spaces(const Tensor& x) const;
  // (n, d) -> (n, classes).
  Tensor logits(const Tensor& x) const;
  PlanValue plan(PlanBuilder& builder, PlanValue x) const;  // the same, as a plan's steps
};

// Logits of another kind, by a head that was trained as a linear one and had them fitted afterwards.
struct TrainedLinearForm {
  LinearForm trained;
};

// Tensors are the head's own, gradients included, or newly computed. std::monostate: none of these.
using HeadForm = std::variant<std::monostate, LinearForm, CentroidForm, ClassSpaceForm, TrainedLinearForm>;

}  // namespace voronet
