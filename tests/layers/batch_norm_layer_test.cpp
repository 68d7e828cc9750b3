#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/checkpoint.h>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("BatchNorm2d in training gives each channel its bias as mean and its weight as deviation") {
  Random random(1);
  BatchNorm2d layer(3);
  layer.weight.assign(from({1, 2, 0.5}, {3}));
  layer.bias.assign(from({0, -1, 4}, {3}));
  const Tensor y = layer(uniform({5, 6, 7, 3}, 10, 20, random));
  const ChannelStatistics s = channel_statistics(y);
  CHECK(distance(s.mean, layer.bias) < 1e-5);
  CHECK(distance(sqrt(s.variance), layer.weight) < 1e-5);
}

TEST_CASE("BatchNorm2d's running statistics follow the batches, with the unbiased variance") {
  BatchNorm2d layer(1, {.momentum = 0.25});
  layer(from({1, 3}, {2, 1, 1, 1}));  // mean 2, unbiased variance 2
  CHECK(layer.running_mean.item() == 0.5);
  CHECK(layer.running_var.item() == 1.25);
  layer(from({5, 5}, {1, 1, 2, 1}));
  CHECK(layer.running_mean.item() == 1.625);
  CHECK(layer.running_var.item() == 0.9375);
  layer.eval();
  CHECK(layer(from({1.625, 3}, {2, 1, 1, 1})).at(0) == 0);
  CHECK(layer.running_mean.item() == 1.625);
}

TEST_CASE("BatchNorm2d adds the residual before its ReLU") {
  Random random(2);
  const Tensor x = uniform({2, 3, 3, 4}, -1, 1, random), residual = uniform({2, 3, 3, 4}, -1, 1, random);
  BatchNorm2d plain(4), with_relu(4, {.relu = true});
  for (const bool training : {true, false}) {
    plain.train(training);
    with_relu.train(training);
    CHECK(distance(with_relu(x), relu(plain(x))) < 1e-6);
    CHECK(distance(with_relu(x, residual), relu(plain(x) + residual)) < 1e-6);
  }
}

TEST_CASE("BatchNorm2d refuses a single value a channel in training, and takes it in evaluation") {
  BatchNorm2d layer(2);
  CHECK_THROWS_WITH_AS(
      layer(ones({1, 1, 1, 2})),
      "BatchNorm2d: training needs more than one value a channel, but the input is (1, 1, 1, "
      "2) (n x h x w x c); use a larger batch, or evaluation mode",
      const Error&);
  CHECK(layer.running_mean.to_vector() == std::vector<double>{0, 0});
  layer.eval();
  CHECK(layer(ones({1, 1, 1, 2})).shape() == Shape{1, 1, 1, 2});
}

TEST_CASE("BatchNorm2d refuses other channels, ranks and options out of range") {
  BatchNorm2d layer(2);
  CHECK_THROWS_WITH_AS(layer(ones({2, 4, 4, 3})),
                       "BatchNorm2d: input (2, 4, 4, 3) does not have 2 channels (n x h x w x c)",
                       const Error&);
  CHECK_THROWS_AS(layer(ones({8, 2})), const Error&);
  CHECK_THROWS_AS(BatchNorm2d(2, {.epsilon = 0}), const Error&);
  CHECK_THROWS_AS(BatchNorm2d(2, {.momentum = 1.5}), const Error&);
}

TEST_CASE("BatchNorm2d loads PyTorch's state, with or without the count of batches, and nothing else") {
  BatchNorm2d layer(2);
  TensorFile file;
  file.tensors = {{"weight", full({2}, 3)},
                  {"bias", full({2}, 4)},
                  {"running_mean", full({2}, 5)},
                  {"running_var", full({2}, 6)}};
  load_state(layer, file, "some file");
  CHECK(layer.running_var.at(1) == 6);
  file.tensors["num_batches_tracked"] = scalar(1000, Dtype::f64);
  CHECK_NOTHROW(load_state(layer, file, "some file"));
  CHECK(save_state(layer).tensors.size() == 4);
  file.tensors.erase("running_mean");
  CHECK_THROWS_WITH_AS(load_state(layer, file, "some file"),
                       "some file: no tensor running_mean; it is a checkpoint of another model",
                       const Error&);
}
