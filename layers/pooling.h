// Pooling layers: over square windows, (n, h, w, c) -> (n, h', w', c), and to a given size.
#pragma once

#include <voronet/core/operators/pooling.h>
#include <voronet/layers/module.h>

namespace voronet {

// The largest value of each window.
class MaxPool2d : public Module {
 public:
  explicit MaxPool2d(Pool2dOptions options = {}) : options_(options) {}
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  Pool2dOptions options_;
};

// The mean of each window.
class AvgPool2d : public Module {
 public:
  explicit AvgPool2d(Pool2dOptions options = {}) : options_(options) {}
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  Pool2dOptions options_;
};

// (n, h, w, c) -> (n, out_h, out_w, c), whatever the image's size: means of windows that cover it (see
// adaptive_avg_pool2d).
class AdaptiveAvgPool2d : public Module {
 public:
  AdaptiveAvgPool2d(Index out_h, Index out_w) : out_h_(out_h), out_w_(out_w) {}

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  Index out_h_, out_w_;
};

// (n, h, w, c) -> (n, c): the mean of each channel.
class GlobalAvgPool2d : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace voronet
