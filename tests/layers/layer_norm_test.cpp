#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/layers/layer_norm.h>
#include <voronet/layers/plan/inference_plan.h>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("LayerNorm gives each row bias and weight as its mean and deviation, in both modes and in plans") {
  Random random(1);
  LayerNorm layer(50);
  layer.weight.assign(full({50}, 2));
  layer.bias.assign(full({50}, -1));
  const Tensor x = uniform({3, 4, 50}, 10, 20, random), y = layer(x);
  CHECK(distance(mean(y, {-1}), full({3, 4}, -1)) < 1e-5);
  CHECK(distance(var(y, {-1}, Dims::drop, 0), full({3, 4}, 4)) < 1e-4);
  layer.eval();
  CHECK(layer(x).to_vector() == y.to_vector());
  CHECK(InferencePlan(layer, {4, 50}, 3).run(x).to_vector() == y.to_vector());
}

TEST_CASE("LayerNorm has the values of its formula") {
  LayerNorm layer(3, 0.5);
  CHECK(distance(layer(from({1, 2, 3}, {1, 3})), from({-1, 0, 1}, {1, 3}) / std::sqrt(2.0 / 3 + 0.5)) < 1e-6);
  CHECK(distance(layer(full({1, 3}, 7)), zeros({1, 3})) == 0);
}

TEST_CASE("LayerNorm names its parameters as PyTorch does, and refuses other features and epsilons") {
  LayerNorm layer(2);
  CHECK(layer.state().parameters.at(0).name == "weight");
  CHECK(layer.state().parameters.at(1).name == "bias");
  CHECK_FALSE(layer.state().whole_batch);
  CHECK_THROWS_WITH_AS(layer(ones({4, 3})), "LayerNorm: input (4, 3) does not have 2 features", const Error&);
  CHECK_THROWS_WITH_AS(LayerNorm(2, 0), "LayerNorm: epsilon 0 is not positive", const Error&);
}
