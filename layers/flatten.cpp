#include <voronet/core/operators/shapes.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/plan/builder.h>

#include <algorithm>
#include <numeric>

namespace voronet {

Tensor Flatten::forward(const Tensor& x) {
  require(x.rank() >= 2, "Flatten: input ", x.shape(), " is not a batch (n x ... x c)");
  std::vector<int> order(static_cast<std::size_t>(x.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, order.end() - 1, order.end());  // the channels behind the batch
  return reshape(x.rank() == 2 ? x : transpose(x, order), Shape{x.dim(0), x.shape().without(0).size()});
}

PlanValue Flatten::plan(PlanBuilder& builder, PlanValue x) {
  const int rank = builder.shape(x).rank();
  return rank == 1 ? x : rank == 3 ? builder.flatten(x) : builder.module(*this, x);
}

}  // namespace voronet
