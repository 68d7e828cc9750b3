#include <voronet/core/operators/functions.h>
#include <voronet/layers/activation.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Tensor ReLU::forward(const Tensor& x) { return relu(x); }

PlanValue ReLU::plan(PlanBuilder& builder, PlanValue x) { return builder.relu(x); }

}  // namespace voronet
