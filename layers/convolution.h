// Convolution layers: Conv2d, and the transposed ConvTranspose2d.
#pragma once

#include <voronet/core/operators/convolution.h>
#include <voronet/layers/spectral_norm.h>

namespace voronet {

struct Conv2dLayerOptions {
  Index stride = 1, padding = 0;  // as conv2d's
  bool bias = true;
  // What follows, and here costs almost nothing: max-pooling over windows of this side (1: none), and ReLU.
  Index max_pool = 1;
  bool relu = false;
};

// (n, h, w, in) -> (n, h', w', out) with a square kernel; h' and w' as conv2d says. Weight (out, in, kernel,
// kernel) and bias (out), unless left out, start uniform in +-1/sqrt(in kernel^2), as PyTorch's do.
class Conv2d : public LimitedLayer {
 public:
  Conv2d(Index in, Index out, Index kernel, Random& random, Conv2dLayerOptions options = {});
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
  LinearMap map(const Shape& input) override;

 private:
  Conv2dOptions options_;
  Conv2dTail tail_;
};

struct ConvTranspose2dLayerOptions {
  Index stride = 1, padding = 0, output_padding = 0;  // as conv_transpose2d's
  bool bias = true;
};

// (n, h, w, in) -> (n, h', w', out), as conv_transpose2d says, with a square kernel. Weight (in, out, kernel,
// kernel) and bias (out), unless left out, start uniform in +-1/sqrt(out kernel^2), as PyTorch's do.
class ConvTranspose2d : public Module {
 public:
  ConvTranspose2d(Index in, Index out, Index kernel, Random& random,
                  ConvTranspose2dLayerOptions options = {});
  void describe(State& state) override;

  Tensor weight, bias;  // bias is undefined without one

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  ConvTranspose2dOptions options_;
};

}  // namespace voronet
