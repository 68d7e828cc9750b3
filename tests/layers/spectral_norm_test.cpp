#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/pooling.h>
#include <voronet/layers/spectral_norm.h>

#include <cmath>
#include <numbers>

#include "layers/plan/plan_networks.h"
#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Random draws(3);

// What the layer's outputs, without bias, are of those of the bare convolution, after enough training steps.
double factor_of(Conv2d& layer, const Shape& input, Conv2dOptions options) {
  const Tensor x = uniform(input, -1, 1, draws, layer.weight.dtype());
  for (int step = 0; step < 300; ++step) layer(x);
  layer.eval();
  const Tensor with = layer(x), without = conv2d(x, layer.weight, options);
  const double factor = sum(with).item() / sum(without).item();
  CHECK(distance(with, factor * without) < 1e-10);
  return factor;
}

// The largest singular value of the convolution, by the power iteration of the matrix that it is.
double dense_norm(const Tensor& weight, Conv2dOptions options, Index h, Index w) {
  const Index size = h * w * weight.dim(1);
  std::vector<double> unit(static_cast<std::size_t>(size * size));
  for (Index i = 0; i < size; ++i) unit[static_cast<std::size_t>(i * size + i)] = 1;
  const Tensor rows =
      reshape(conv2d(from(unit, {size, h, w, weight.dim(1)}, Dtype::f64), weight, options), {size, -1});
  Tensor v = ones({1, size}, Dtype::f64);
  double norm = 0;
  for (int step = 0; step < 2000; ++step) {
    v = matmul(matmul(v, rows), rows, {.b = true});
    norm = std::sqrt(sum(square(v)).item());
    v = v / norm;
  }
  return std::sqrt(norm);
}

}  // namespace

TEST_CASE("a convolution is scaled by its own norm, which the reshaped kernel's is not") {
  const NoGrad scope;
  const Index h = 9, w = 6;
  Conv2d layer(1, 1, 3, draws, {.padding = 1, .bias = false});
  layer.to(Dtype::f64);
  layer.weight.assign(ones({1, 1, 3, 3}));
  layer.limit_norm(2, {1, h, w, 1}, draws);
  // Along each side, ones are a band matrix with eigenvalues 1 + 2 cos(pi i / (n + 1)).
  const auto side = [](Index n) { return 1 + 2 * std::cos(std::numbers::pi / static_cast<double>(n + 1)); };
  const double norm = side(h) * side(w), of_reshaped_kernel = 3;
  CHECK(norm > 2.5 * of_reshaped_kernel);
  CHECK(factor_of(layer, {2, h, w, 1}, {.padding = 1}) == doctest::Approx(2 / norm).epsilon(1e-9));
}

TEST_CASE("the norm is that of the matrix which the convolution is, with strides and several channels") {
  const NoGrad scope;
  for (const Conv2dOptions options : {Conv2dOptions{}, {.padding = 1}, {.stride = 2, .padding = 1}}) {
    Conv2d layer(2, 3, 3, draws, {.stride = options.stride, .padding = options.padding, .bias = false});
    layer.to(Dtype::f64);
    layer.limit_norm(0.1, {1, 6, 5, 2}, draws);
    const double norm = dense_norm(layer.weight, options, 6, 5);
    CHECK(factor_of(layer, {3, 6, 5, 2}, options) == doctest::Approx(0.1 / norm).epsilon(1e-6));
  }
}

TEST_CASE("a layer whose norm is below the coefficient is left as it is, to the bit") {
  const Tensor x = uniform({4, 5}, -1, 1, draws);
  Linear layer(5, 3, draws);
  const std::vector<double> before = layer(x).to_vector();
  layer.limit_norm(100, {1, 5}, draws);
  CHECK(layer(x).to_vector() == before);
  CHECK(layer.parameters().size() == 2);
  CHECK(layer.state().buffers.at(0).name == "spectral_vector");
}

TEST_CASE("a fully connected layer's weight is divided by its largest singular value, not its bias") {
  Linear layer(3, 3, draws);
  layer.to(Dtype::f64);
  layer.weight.assign(from({5, 0, 0, 0, -2, 0, 0, 0, 1}, {3, 3}));
  layer.bias.assign(from({1, 2, 3}, {3}));
  layer.limit_norm(2, {1, 3}, draws);
  const Tensor x = ones({1, 3}, Dtype::f64);
  for (int step = 0; step < 100; ++step) layer(x);
  layer.eval();
  CHECK(distance(layer(x).to_vector(), {2 + 1, -0.8 + 2, 0.4 + 3}) < 1e-10);
}

TEST_CASE("the vector moves in training mode only, and plans use the scaled weight") {
  Classifier net({.spectral_norm = 0.2}, draws);
  const Tensor images = uniform({3, 28, 28, 1}, 0, 1, draws);
  const auto vector = [&] { return net.state().buffers.at(0).tensor->to_vector(); };
  const auto before = vector();
  net.eval();
  net(images);
  CHECK(vector() == before);
  net.train();
  net(images);
  CHECK(vector() != before);
  const Tensor plain = uniform({1, 28, 28, 1}, 0, 1, draws);
  CHECK(distance(net.predict(images).logits, evaluated(net, images)) < 1e-5);
  CHECK(vector() != before);
}

TEST_CASE("every convolution and linear layer of the embedding is limited on the inputs that it meets") {
  for (const char* model : {"lenet", "vgg11", "resnet18", "resnet50"}) {
    CAPTURE(model);
    const bool deep = std::string(model) != "lenet";
    ClassifierConfig config{.model = model,
                            .model_width = deep ? 2 : 0,
                            .embedding = 7,
                            .spectral_norm = 3,
                            .height = 32,
                            .width = 32,
                            .channels = 3};
    Classifier net(config, draws);
    Index layers = 0, vectors = 0;
    for (const auto& entry : net.state().parameters) {
      const Index rank = entry.tensor->rank();
      layers += entry.name.starts_with("embed.") && (rank == 2 || rank == 4);
    }
    for (const auto& entry : net.state().buffers) vectors += entry.name.ends_with(".spectral_vector");
    CHECK(vectors == layers);
    CHECK(net.state().buffers.at(0).tensor->shape() == Shape{1, 32, 32, 3});
    CHECK(net(uniform({2, 32, 32, 3}, 0, 1, draws)).shape() == Shape{2, 10});
  }
}

TEST_CASE("a weight of zeros stays one, with finite gradients") {
  Conv2d layer(1, 2, 3, draws);
  layer.weight.assign(zeros({2, 1, 3, 3}));
  layer.limit_norm(1, {1, 5, 5, 1}, draws);
  const Tensor y = layer(ones({1, 5, 5, 1}));
  for (const Tensor& gradient : grad(sum(square(y)), layer.parameters())) CHECK(all_finite(gradient));
}

TEST_CASE("coefficients that are not positive are refused") {
  Linear layer(2, 2, draws);
  for (const double c : {0.0, -1.0, std::nan("")})
    CHECK_THROWS_AS(layer.limit_norm(c, {1, 2}, draws), const Error&);
  CHECK_THROWS_AS(Classifier({.spectral_norm = -1}, draws), const Error&);
  CHECK_THROWS_AS(Classifier({.spectral_norm = std::nan("")}, draws), const Error&);
}

TEST_CASE("a network without parameters has nothing to limit") {
  Random random(1);
  MaxPool2d pool({.size = 2});
  limit_spectral_norms(pool, {4, 4, 1}, 1, random);
  CHECK(pool.state().buffers.empty());
}
