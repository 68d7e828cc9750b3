#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/plan/graph.h>
#include <voronet/layers/spectral_norm.h>

#include <cmath>
#include <limits>
#include <map>

namespace voronet {
namespace {

double length(const Tensor& x) { return std::sqrt(sum(square(x)).item()); }

// What each layer is given when the network takes one image.
std::map<const Module*, Shape> input_shapes(Module& network, const Shape& image) {
  std::map<const Module*, Shape> shapes;
  const NoGrad scope;
  const Evaluating mode(network);
  const Watch watch(
      [&](const Module& layer, const Tensor& input, const Tensor&) { shapes[&layer] = input.shape(); });
  network(zeros(batch_shape(1, image), network.dtype()));
  return shapes;
}

}  // namespace

SpectralNorm::SpectralNorm(double coefficient, const Shape& input, Random& random, Dtype dtype)
    : coefficient_(coefficient), vector_(normal(input, 0, 1, random, dtype)) {
  require(coefficient > 0, "SpectralNorm: coefficient ", coefficient, " is not positive");
  vector_ = vector_ / length(vector_);
}

void SpectralNorm::describe(State& state) {
  state.buffer("spectral_vector", vector_);
  state.needs_whole_batch();
}

void SpectralNorm::iterate(const LinearMap& map) {
  const NoGrad scope;
  const Tensor next = map.adjoint(map.forward(vector_));
  if (const double norm = length(next); norm > 0) vector_.assign(next / norm);
}

Tensor SpectralNorm::factor(const LinearMap& map) const {
  // The square is clamped before the root is taken, which has no gradient at 0.
  // A copy of the vector: the next batch moves it, when this one's gradients may still be wanted.
  const Tensor ratio = sum(square(map.forward(vector_.clone()))) / (coefficient_ * coefficient_);
  return 1 / sqrt(clamp(ratio, 1, std::numeric_limits<double>::infinity()));
}

void limit_spectral_norms(Module& network, const Shape& image, double coefficient, Random& random) {
  const auto shapes = input_shapes(network, image);
  for (const auto& [name, layer] : network.state().modules) {
    if (auto* convolution = dynamic_cast<Conv2d*>(layer))
      convolution->limit_norm(coefficient, shapes.at(layer), random);
    if (auto* linear = dynamic_cast<Linear*>(layer))
      linear->limit_norm(coefficient, shapes.at(layer), random);
  }
}

}  // namespace voronet
