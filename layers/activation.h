// Activations: elementwise, of any shape.
#pragma once

#include <voronet/layers/module.h>

namespace voronet {

// max(x, 0).
class ReLU : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
};

class Tanh : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
};

// 1 / (1 + exp(-x)).
class Sigmoid : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace voronet
