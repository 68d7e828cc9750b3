// Scale: each feature times a gain of its own.
#pragma once

#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

// (n, features) -> the same shape: x * gain. gain (features) starts at 1 and is kept at 0 or more.
class Scale : public Module {
 public:
  explicit Scale(Index features) : gain(variable(ones({features}))) {}
  void describe(State& state) override { state.parameter("gain", gain, {.low = 0}); }
  PlanValue plan(PlanBuilder& builder, PlanValue x) override { return builder.scale_shift(x, gain, {}); }

  Tensor gain;

 protected:
  Tensor forward(const Tensor& x) override { return x * gain; }
};

}  // namespace voronet
