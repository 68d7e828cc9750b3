// Networks and helpers that the tests of inference plans share.
#pragma once

#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/layers/activation.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/inference_plan.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace voronet::test {

// What the module makes of x in evaluation mode.
inline Tensor evaluated(Module& module, const Tensor& x) {
  const NoGrad scope;
  const Evaluating mode(module);
  return module(x);
}

// The largest difference over the largest of the expected values; infinity where shapes or NaNs differ.
inline double relative_error(const Tensor& got, const Tensor& expected) {
  const double infinity = std::numeric_limits<double>::infinity();
  if (!(got.shape() == expected.shape())) return infinity;
  double error = 0, scale = std::numeric_limits<double>::min();
  for (Index i = 0; i < got.size(); ++i) {
    error = std::max(error, std::abs(got.at(i) - expected.at(i)));
    scale = std::max(scale, std::abs(expected.at(i)));
    if (std::isnan(got.at(i)) || std::isnan(expected.at(i))) return infinity;
  }
  return error / scale;
}

inline double tolerance(Dtype dtype) { return dtype == Dtype::f32 ? 1e-5 : 1e-12; }

inline std::vector<PlanKind> kinds(const PlanGraph& graph) {
  std::vector<PlanKind> all;
  for (const PlanStep& step : graph.steps) all.push_back(step.kind);
  return all;
}

// That a plan computes what the network computes layer by layer, with every layer described to it and every
// scale and shift (of batch-norms) folded into a convolution.
inline void check_folded_plan(Module& net, const Tensor& images) {
  const InferencePlan plan(net, images.shape().without(0), images.dim(0));
  CHECK(relative_error(plan.run(images), evaluated(net, images)) < tolerance(images.dtype()));
  const auto steps = kinds(plan.graph());
  CHECK(std::count(steps.begin(), steps.end(), PlanKind::module) == 0);
  CHECK(std::count(steps.begin(), steps.end(), PlanKind::elementwise) == 0);
}

// A layer that says nothing to plans: tanh(x), here by exponentials.
class Undescribed : public Module {
 protected:
  Tensor forward(const Tensor& x) override { return 1 - 2 / (exp(2 * x) + 1); }
};

// x * scale + shift with random numbers for each channel, of either sign: as batch-norm in evaluation mode.
class ScaleShift : public Module {
 public:
  ScaleShift(Index channels, Random& random)
      : scale_(uniform({channels}, -1.5, 1.5, random)), shift_(uniform({channels}, -1, 1, random)) {}
  void describe(State& state) override {
    state.buffer("scale", scale_);
    state.buffer("shift", shift_);
  }
  PlanValue plan(PlanBuilder& builder, PlanValue x) override {
    return builder.scale_shift(x, scale_, shift_);
  }

 protected:
  Tensor forward(const Tensor& x) override { return x * scale_ + shift_; }

 private:
  Tensor scale_, shift_;
};

// (n, h, w, c) -> (n, c), the mean of each channel.
class GlobalAverage : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override { return builder.global_average(x); }

 protected:
  Tensor forward(const Tensor& x) override { return mean(x, {1, 2}); }
};

// relu(second(relu(first(x))) + x), or with a 1x1 convolution of x in place of x where channels or size
// change.
class ResidualBlock : public Module {
 public:
  ResidualBlock(Index in, Index out, Index stride, Random& random)
      : first_(in, out, 3, random, {.stride = stride, .padding = 1}),
        second_(out, out, 3, random, {.padding = 1}),
        shortcut_(in, out, 1, random, {.stride = stride}),
        projected_(in != out || stride != 1) {}
  void describe(State& state) override {
    state.child("first", first_);
    state.child("second", second_);
    if (projected_) state.child("shortcut", shortcut_);
  }
  PlanValue plan(PlanBuilder& builder, PlanValue x) override {
    const PlanValue main = second_.plan(builder, builder.relu(first_.plan(builder, x)));
    return builder.relu(builder.add(main, projected_ ? shortcut_.plan(builder, x) : x));
  }

 protected:
  Tensor forward(const Tensor& x) override {
    return relu(second_(relu(first_(x))) + (projected_ ? shortcut_(x) : x));
  }

 private:
  Conv2d first_, second_, shortcut_;
  bool projected_;
};

}  // namespace voronet::test
