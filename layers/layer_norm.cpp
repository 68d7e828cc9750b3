#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/layer_norm.h>

namespace voronet {

LayerNorm::LayerNorm(Index features, double epsilon)
    : weight(variable(ones({features}))), bias(variable(zeros({features}))), epsilon_(epsilon) {
  require(epsilon > 0, "LayerNorm: epsilon ", epsilon, " is not positive");
}

void LayerNorm::describe(State& state) {
  state.parameter("weight", weight);
  state.parameter("bias", bias);
}

Tensor LayerNorm::forward(const Tensor& x) {
  require(x.rank() >= 1 && x.dim(-1) == weight.dim(0), "LayerNorm: input ", x.shape(), " does not have ",
          weight.dim(0), " features");
  const Tensor centred = x - mean(x, {-1}, Dims::keep);
  return centred / sqrt(mean(square(centred), {-1}, Dims::keep) + epsilon_) * weight + bias;
}

}  // namespace voronet
