#include <voronet/optim/adam.h>

#include "optim/optimizer_paths.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("Adam and AdamW take PyTorch's steps") {
  const AdamOptions decayed{.rate = 0.02, .beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-6, .weight_decay = 0.1};
  AdamOptions decoupled = decayed;
  decoupled.decoupled = true;
  const std::map<std::string, AdamOptions> runs = {
      {"adam", {.rate = 0.01}}, {"adam decay", decayed}, {"adamw decay", decoupled}};
  for (const auto& run : runs) {
    CAPTURE(run.first);
    const auto make = [&](const Tensor& p) { return Adam(Tensors{p}, run.second); };
    CHECK(largest_difference(run.first, Dtype::f64, make) < 1e-12);
    CHECK(largest_difference(run.first, Dtype::f32, make) < 1e-5);
  }
}

TEST_CASE("Adam goes on exactly after save and load, which carry the number of steps") {
  const Tensor whole = start(Dtype::f64);
  Adam uninterrupted(Tensors{whole}, {.rate = 0.1});
  for (int step = 0; step < 2; ++step) uninterrupted.step({gradient(whole, step)});
  const auto saved = uninterrupted.save();
  CHECK(saved.at("steps").item() == 2);
  const Tensor half = whole.clone();
  Adam resumed(Tensors{half}, {.rate = 0.1});
  resumed.load(saved);
  uninterrupted.step({gradient(whole, 2)});
  resumed.step({gradient(half, 2)});
  CHECK(half.to_vector() == whole.to_vector());
}

TEST_CASE("Adam refuses bad options") {
  const Tensors parameters{ones({2})};
  CHECK_THROWS_AS(Adam(parameters, {.beta1 = 1}), const Error&);
  CHECK_THROWS_AS(Adam(parameters, {.beta2 = -0.1}), const Error&);
  CHECK_THROWS_AS(Adam(parameters, {.epsilon = 0}), const Error&);
  CHECK_THROWS_AS(Adam(parameters, {.rate = -1}), const Error&);
}

TEST_CASE("in f32 Adam weighs a gradient as in f64, up to rounding") {
  Adam adam(Tensors{zeros({1})}, {});
  adam.step({ones({1})});
  CHECK(std::abs(adam.save().at("mean.0").at(0) / 0.1 - 1) < 1e-7);
  CHECK(std::abs(adam.save().at("square.0").at(0) / 0.001 - 1) < 1e-7);
}
