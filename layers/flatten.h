// Flatten: from images to feature vectors.
#pragma once

#include <voronet/core/operators/shapes.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

#include <algorithm>
#include <numeric>

namespace voronet {

// (n, h, w, c) -> (n, c h w), and in the same way any other rank but 0 and 1; feature vectors stay as they
// are. Features are ordered channel first, as PyTorch's are, so its checkpoints load as they are.
class Flatten : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override {
    const int rank = builder.shape(x).rank();
    return rank == 1 ? x : rank == 3 ? builder.flatten(x) : builder.module(*this, x);
  }

 protected:
  Tensor forward(const Tensor& x) override {
    require(x.rank() >= 2, "Flatten: input ", x.shape(), " is not a batch (n x ... x c)");
    std::vector<int> order(static_cast<std::size_t>(x.rank()));
    std::iota(order.begin(), order.end(), 0);
    std::rotate(order.begin() + 1, order.end() - 1, order.end());  // the channels behind the batch
    return reshape(x.rank() == 2 ? x : transpose(x, order), Shape{x.dim(0), x.shape().without(0).size()});
  }
};

}  // namespace voronet
