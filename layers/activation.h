// Activations: elementwise, of any shape.
#pragma once

#include <voronet/core/operators/functions.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

// max(x, 0).
class ReLU : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override { return builder.relu(x); }

 protected:
  Tensor forward(const Tensor& x) override { return relu(x); }
};

class Tanh : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override {
    return builder.function(x, {.kind = Function::Kind::tanh});
  }

 protected:
  Tensor forward(const Tensor& x) override { return tanh(x); }
};

// 1 / (1 + exp(-x)).
class Sigmoid : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override {
    return builder.function(x, {.kind = Function::Kind::sigmoid});
  }

 protected:
  Tensor forward(const Tensor& x) override { return sigmoid(x); }
};

}  // namespace voronet
