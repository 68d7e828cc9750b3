// Pooling layers: over square windows, (n, h, w, c) -> (n, h', w', c), and over the whole image.
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

// (n, h, w, c) -> (n, c): the mean of each channel.
class GlobalAvgPool2d : public Module {
 public:
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace voronet
