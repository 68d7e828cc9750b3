#include <voronet/core/operators/matmul.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/linear.h>

#include <cmath>

#include "support/near.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>
#include <omp.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("Linear is the plain sum of products, in both dtypes, with and without bias") {
  Random random(3);
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    for (const auto bias : {Linear::Bias::yes, Linear::Bias::no}) {
      Linear layer(5, 3, random, bias);
      layer.to(dtype);
      CHECK(layer.parameters().size() == (bias == Linear::Bias::yes ? 2 : 1));
      const Tensor x = uniform({4, 5}, -1, 1, random, dtype);
      std::vector<double> expected;
      for (Index n = 0; n < 4; ++n)
        for (Index o = 0; o < 3; ++o) {
          double y = layer.bias.defined() ? layer.bias.at(o) : 0;
          for (Index i = 0; i < 5; ++i) y += x.at({n, i}) * layer.weight.at({o, i});
          expected.push_back(y);
        }
      const Tensor y = layer(x);
      CHECK(y.shape() == Shape{4, 3});
      CHECK(distance(y.to_vector(), expected) < (dtype == Dtype::f64 ? 1e-14 : 1e-6));
    }
  }
}

TEST_CASE("Linear starts uniform in +-1/sqrt(in), from the given stream") {
  Random random(1), same(1), other(2);
  const Linear layer(100, 50, random);
  const auto values = layer.weight.to_vector();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  CHECK(*low >= -0.1);
  CHECK(*low < -0.099);
  CHECK(*high <= 0.1);
  CHECK(*high > 0.099);
  CHECK(Linear(100, 50, same).weight.to_vector() == values);
  CHECK(Linear(100, 50, other).weight.to_vector() != values);
  CHECK_THROWS_AS(fan_in_uniform({3, 0}, 0, random), const Error&);
  CHECK_THROWS_AS(Linear(3, -1, random), const Error&);
}

TEST_CASE("a row goes through Linear with the same bits alone as in a batch, for any number of threads") {
  Random random(5);
  Linear layer(256, 120, random);
  const Tensor x = uniform({128, 256}, -1, 1, random);
  const auto y = with_threads(1, [&] { return layer(x); });
  for (const int count : {2, 3, 8})
    CHECK(with_threads(count, [&] { return layer(x).to_vector(); }) == y.to_vector());
  for (const Index n : {0, 1, 77, 127})
    CHECK(layer(slice(x, 0, n, n + 1)).to_vector() == slice(y, 0, n, n + 1).to_vector());
}

TEST_CASE("a product leaves the number of threads that OpenMP has for its caller alone") {
  const int before = omp_get_max_threads();
  omp_set_num_threads(5);
  const Tensor product = matmul(ones({300, 300}), ones({300, 300}));
  CHECK(omp_get_max_threads() == 5);
  omp_set_num_threads(before);
}

TEST_CASE("Linear refuses inputs of another width, rank or dtype") {
  Random random(1);
  Linear layer(5, 3, random);
  CHECK_THROWS_AS(layer(ones({2, 4})), const Error&);
  CHECK_THROWS_AS(layer(ones({5})), const Error&);
  CHECK_THROWS_AS(layer(ones({2, 5}, Dtype::f64)), const Error&);
}
