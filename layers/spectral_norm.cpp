#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
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

void LimitedLayer::describe(State& state) {
  state.parameter("weight", weight);
  if (bias.defined()) state.parameter("bias", bias);
  if (limit_) limit_->describe(state);
}

void LimitedLayer::limit_norm(double coefficient, const Shape& input, Random& random) {
  limit_.emplace(coefficient, input, random, weight.dtype());
  input_ = input;
}

Tensor LimitedLayer::used_weight(bool training) {
  if (!limit_) return weight;
  const LinearMap of_weight = map(input_);
  if (training) limit_->iterate(of_weight);
  return weight * limit_->factor(of_weight);
}

void limit_spectral_norms(Module& network, const Shape& image, double coefficient, Random& random) {
  const auto shapes = input_shapes(network, image);
  for (const auto& [name, layer] : network.state().modules)
    if (auto* limited = dynamic_cast<LimitedLayer*>(layer))
      limited->limit_norm(coefficient, shapes.at(layer), random);
}

}  // namespace voronet
