#include <voronet/core/operators/functions.h>
#include <voronet/layers/activation.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Tensor ReLU::forward(const Tensor& x) { return relu(x); }

PlanValue ReLU::plan(PlanBuilder& builder, PlanValue x) { return builder.relu(x); }

Tensor Tanh::forward(const Tensor& x) { return tanh(x); }

PlanValue Tanh::plan(PlanBuilder& builder, PlanValue x) {
  return builder.function(x, {.kind = Function::Kind::tanh});
}

Tensor Sigmoid::forward(const Tensor& x) { return sigmoid(x); }

PlanValue Sigmoid::plan(PlanBuilder& builder, PlanValue x) {
  return builder.function(x, {.kind = Function::Kind::sigmoid});
}

}  // namespace voronet
