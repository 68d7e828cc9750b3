// Pooling layers: over square windows, (n, h, w, c) -> (n, h', w', c), and over the whole image.
#pragma once

#include <voronet/core/operators/pooling.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

// The largest value of each window.
class MaxPool2d : public Module {
 public:
  explicit MaxPool2d(Pool2dOptions options = {}) : options_(options) {}
  PlanValue plan(PlanBuilder& builder, PlanValue x) override { return builder.max_pool(x, options_); }

 protected:
  Tensor forward(const Tensor& x) override { return max_pool2d(x, options_); }

 private:
  Pool2dOptions options_;
};

// The mean of each window.
class AvgPool2d : public Module {
 public:
  explicit AvgPool2d(Pool2dOptions options = {}) : options_(options) {}
  PlanValue plan(PlanBuilder& builder, PlanValue x) override { return builder.average_pool(x, options_); }

 protected:
  Tensor forward(const Tensor& x) override { return avg_pool2d(x, options_); }

 private:
  Pool2dOptions options_;
};

// (n, h, w, c) -> (n, c): the mean of each channel.
class GlobalAvgPool2d : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override { return builder.global_average(x); }

 protected:
  Tensor forward(const Tensor& x) override {
    require(x.rank() == 4, "GlobalAvgPool2d: input ", x.shape(), " is not n x h x w x c");
    return mean(x, {1, 2});
  }
};

}  // namespace voronet
