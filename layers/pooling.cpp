#include <voronet/core/operators/reductions.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/pooling.h>

namespace voronet {

Tensor MaxPool2d::forward(const Tensor& x) { return max_pool2d(x, options_); }

PlanValue MaxPool2d::plan(PlanBuilder& builder, PlanValue x) { return builder.max_pool(x, options_); }

Tensor AvgPool2d::forward(const Tensor& x) { return avg_pool2d(x, options_); }

PlanValue AvgPool2d::plan(PlanBuilder& builder, PlanValue x) { return builder.average_pool(x, options_); }

Tensor GlobalAvgPool2d::forward(const Tensor& x) {
  require(x.rank() == 4, "GlobalAvgPool2d: input ", x.shape(), " is not n x h x w x c");
  return mean(x, {1, 2});
}

PlanValue GlobalAvgPool2d::plan(PlanBuilder& builder, PlanValue x) { return builder.global_average(x); }

}  // namespace voronet
