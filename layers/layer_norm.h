// LayerNorm: Ba, Kiros, Hinton, "Layer Normalization", 2016.
#pragma once

#include <voronet/layers/module.h>

namespace voronet {

// (..., features) -> the same shape: each row has its mean taken away, is divided by its standard deviation
// (the root of its mean squared deviation plus epsilon), then multiplied by weight and moved by bias, which
// have `features` values and start at 1 and 0. The same in training and evaluation. State as PyTorch's.
class LayerNorm : public Module {
 public:
  // Throws Error unless epsilon > 0.
  explicit LayerNorm(Index features, double epsilon = 1e-5);
  void describe(State& state) override;

  Tensor weight, bias;

 protected:
  // Throws Error for another number of features.
  Tensor forward(const Tensor& x) override;

 private:
  double epsilon_;
};

}  // namespace voronet
