#include <voronet/layers/plan/builder.h>
#include <voronet/layers/pooling.h>

namespace voronet {

Tensor MaxPool2d::forward(const Tensor& x) { return max_pool2d(x, options_); }

PlanValue MaxPool2d::plan(PlanBuilder& builder, PlanValue x) { return builder.max_pool(x, options_); }

Tensor AvgPool2d::forward(const Tensor& x) { return avg_pool2d(x, options_); }

PlanValue AvgPool2d::plan(PlanBuilder& builder, PlanValue x) { return builder.average_pool(x, options_); }

}  // namespace voronet
