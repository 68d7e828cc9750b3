#include <voronet/core/operators/shapes.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Tensor Flatten::forward(const Tensor& x) {
  require(x.rank() == 4, "Flatten: input ", x.shape(), " is not n x h x w x c");
  return reshape(transpose(x, {0, 3, 1, 2}), Shape{x.dim(0), x.dim(1) * x.dim(2) * x.dim(3)});
}

PlanValue Flatten::plan(PlanBuilder& builder, PlanValue x) { return builder.flatten(x); }

}  // namespace voronet
