// Activations.
#pragma once

#include <voronet/layers/module.h>

namespace voronet {

// max(x, 0), elementwise, any shape.
class ReLU : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace voronet
