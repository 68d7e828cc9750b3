#include <voronet/core/operators.h>
#include <voronet/layers/convolution.h>

#include <cmath>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("Conv2d is the plain sum over window and channels plus the bias") {
  Random random(3);
  const Index n = 2, h = 6, w = 5, in = 3, out = 4, k = 3, stride = 2, padding = 1;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    Conv2d layer(in, out, k, random, {.stride = stride, .padding = padding});
    layer.to(dtype);
    const Tensor x = uniform({n, h, w, in}, -1, 1, random, dtype), y = layer(x);
    REQUIRE(y.shape() == Shape{n, 3, 3, out});
    std::vector<double> expected;
    for (Index i = 0; i < y.size(); ++i) {
      const Index o = i % out, column = i / out % 3, row = i / out / 3 % 3, image = i / out / 9;
      double sum = layer.bias.at(o);
      for (Index r = 0; r < k; ++r)
        for (Index c = 0; c < k; ++c) {
          const Index above = row * stride + r - padding, left = column * stride + c - padding;
          if (above < 0 || above >= h || left < 0 || left >= w) continue;
          for (Index channel = 0; channel < in; ++channel)
            sum += x.at({image, above, left, channel}) * layer.weight.at({o, channel, r, c});
        }
      expected.push_back(sum);
    }
    CHECK(distance(y.to_vector(), expected) < (dtype == Dtype::f64 ? 1e-14 : 1e-5));
  }
}

TEST_CASE("Conv2d names its parameters, starts within +-1/sqrt(fan-in), and refuses other images") {
  Random random(1);
  Conv2d layer(4, 8, 5, random);
  const State state = layer.state();
  CHECK(state.parameters.at(0).name == "weight");
  CHECK(state.parameters.at(1).name == "bias");
  for (const double value : layer.weight.to_vector()) CHECK(std::abs(value) <= 0.1);
  CHECK_THROWS_AS(layer(ones({1, 8, 8, 3})), const Error&);
  CHECK_THROWS_AS(layer(ones({1, 4, 4, 4})), const Error&);
  CHECK_THROWS_AS(Conv2d(0, 8, 5, random), const Error&);
}

TEST_CASE("Conv2d's tail is max-pooling, then ReLU, and its bias can be left out") {
  Random plain_random(2), random(2);
  Conv2d plain(2, 3, 3, plain_random), tailed(2, 3, 3, random, {.max_pool = 2, .relu = true}),
      bare(2, 3, 1, random, {.bias = false});
  const Tensor x = uniform({2, 8, 8, 2}, -1, 1, random);
  CHECK(distance(tailed(x), relu(max_pool2d(plain(x)))) < 1e-6);
  CHECK(bare.parameters().size() == 1);
}

TEST_CASE("ConvTranspose2d is the adjoint of the convolution with the same weight, plus its bias") {
  Random random(4);
  ConvTranspose2d layer(3, 2, 3, random, {.stride = 2, .padding = 1, .output_padding = 1});
  CHECK(layer.weight.shape() == Shape{3, 2, 3, 3});
  for (const Tensor& parameter : layer.parameters())
    for (const double value : parameter.to_vector()) CHECK(std::abs(value) <= 1 / std::sqrt(18));
  layer.to(Dtype::f64);
  const Tensor x = uniform({2, 3, 4, 3}, -1, 1, random, Dtype::f64),
               image = uniform({2, 6, 8, 2}, -1, 1, random, Dtype::f64), y = layer(x);
  REQUIRE(y.shape() == image.shape());
  const Tensor seen = conv2d(image, layer.weight, {.stride = 2, .padding = 1});
  CHECK(sum((y - layer.bias) * image).item() == doctest::Approx(sum(x * seen).item()));
  ConvTranspose2d bare(3, 2, 3, random, {.bias = false});
  CHECK(bare.state().parameters.size() == 1);
  CHECK(bare(ones({1, 2, 2, 3})).shape() == Shape{1, 4, 4, 2});
}
