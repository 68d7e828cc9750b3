// Flatten: from images to feature vectors.
#pragma once

#include <voronet/layers/module.h>

namespace voronet {

// (n, h, w, c) -> (n, c h w), and in the same way any other rank but 0 and 1; feature vectors stay as they
// are. Features are ordered channel first, as PyTorch's are, so its checkpoints load as they are.
class Flatten : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace voronet
