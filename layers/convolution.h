// Conv2d: a convolution layer.
#pragma once

#include <voronet/core/operators/fused.h>
#include <voronet/layers/module.h>
#include <voronet/layers/spectral_norm.h>

#include <optional>

namespace voronet {

struct Conv2dLayerOptions {
  Index stride = 1, padding = 0;  // as conv2d's
  bool bias = true;
  // What follows, which within the layer costs almost nothing: max-pooling over windows of this side, beside
  // one another (1: none), and ReLU.
  Index max_pool = 1;
  bool relu = false;
};

// (n, h, w, in) -> (n, h', w', out) with a square kernel; h' and w' as conv2d says. Weight (out, in, kernel,
// kernel) and bias (out), unless left out, start uniform in +-1/sqrt(in kernel^2), as PyTorch's do.
class Conv2d : public Module {
 public:
  Conv2d(Index in, Index out, Index kernel, Random& random, Conv2dLayerOptions options = {});
  void describe(State& state) override;
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;
  // From now on the weight is used as SpectralNorm says, for inputs (1, h, w, in).
  void limit_norm(double coefficient, const Shape& input, Random& random);
  // The weight as evaluation uses it.
  Tensor evaluated_weight() { return used_weight(false); }

  Tensor weight, bias;  // bias is undefined without one

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  Tensor used_weight(bool training);

  Conv2dOptions options_;
  Conv2dTail tail_;
  std::optional<SpectralNorm> limit_;
  Shape input_;  // that the limit is for
};

}  // namespace voronet
