// ConvTranspose2d: a transposed convolution layer.
#pragma once

#include <voronet/core/operators/transposed_convolution.h>
#include <voronet/core/random.h>
#include <voronet/layers/module.h>

namespace voronet {

struct ConvTranspose2dLayerOptions {
  Index stride = 1, padding = 0, output_padding = 0;  // as conv_transpose2d's
  bool bias = true;
};

// (n, h, w, in) -> (n, h', w', out) with a square kernel; h' and w' as conv_transpose2d says. Weight (in,
// out, kernel, kernel) and bias (out), unless left out, start uniform in +-1/sqrt(out kernel^2), as PyTorch's
// do.
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
