// LayerNorm: Ba, Kiros, Hinton, "Layer Normalization", 2016.
#pragma once

#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/module.h>

namespace voronet {

// (..., features) -> the same shape: each row has its mean taken away, is divided by its standard deviation
// (the root of its mean squared deviation plus epsilon), then multiplied by weight and moved by bias, which
// have `features` values and start at 1 and 0. The same in training and evaluation. State as PyTorch's.
class LayerNorm : public Module {
 public:
  // Throws Error unless epsilon > 0.
  explicit LayerNorm(Index features, double epsilon = 1e-5)
      : weight(variable(ones({features}))), bias(variable(zeros({features}))), epsilon_(epsilon) {
    require(epsilon > 0, "LayerNorm: epsilon ", epsilon, " is not positive");
  }
  void describe(State& state) override {
    state.parameter("weight", weight);
    state.parameter("bias", bias);
  }

  Tensor weight, bias;

 protected:
  // Throws Error for another number of features.
  Tensor forward(const Tensor& x) override {
    require(x.rank() >= 1 && x.dim(-1) == weight.dim(0), "LayerNorm: input ", x.shape(), " does not have ",
            weight.dim(0), " features");
    const Tensor centred = x - mean(x, {-1}, Dims::keep);
    return centred / sqrt(mean(square(centred), {-1}, Dims::keep) + epsilon_) * weight + bias;
  }

 private:
  double epsilon_;
};

}  // namespace voronet
