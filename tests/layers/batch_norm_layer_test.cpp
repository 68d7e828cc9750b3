#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/plan/inference_plan.h>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("BatchNorm in training gives each channel its bias as mean and its weight as deviation") {
  Random random(1);
  BatchNorm layer(3);
  layer.weight.assign(from({1, 2, 0.5}, {3}));
  layer.bias.assign(from({0, -1, 4}, {3}));
  const Tensor y = layer(uniform({5, 6, 7, 3}, 10, 20, random));
  const ChannelStatistics s = channel_statistics(y);
  CHECK(distance(s.mean, layer.bias) < 1e-5);
  CHECK(distance(sqrt(s.variance), layer.weight) < 1e-5);
}

TEST_CASE("BatchNorm's running statistics follow the batches, with the unbiased variance") {
  BatchNorm layer(1, {.momentum = 0.25});
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

TEST_CASE("BatchNorm adds the residual before its ReLU") {
  Random random(2);
  const Tensor x = uniform({2, 3, 3, 4}, -1, 1, random), residual = uniform({2, 3, 3, 4}, -1, 1, random);
  BatchNorm plain(4), with_relu(4, {.relu = true});
  for (const bool training : {true, false}) {
    plain.train(training);
    with_relu.train(training);
    CHECK(distance(with_relu(x), relu(plain(x))) < 1e-6);
    CHECK(distance(with_relu(x, residual), relu(plain(x) + residual)) < 1e-6);
  }
}

TEST_CASE("BatchNorm takes features as it takes images of one pixel, and so does its plan") {
  Random random(3);
  const Tensor x = uniform({6, 4}, -1, 1, random);
  BatchNorm of_features(4, {.relu = true}), of_images(4, {.relu = true});
  for (const bool training : {true, false}) {
    of_features.train(training);
    of_images.train(training);
    const Tensor y = of_features(x);
    CHECK(y.shape() == x.shape());
    CHECK(y.to_vector() == of_images(reshape(x, {6, 1, 1, 4})).to_vector());
  }
  CHECK(distance(InferencePlan(of_features, {4}, 6).run(x), of_features(x)) < 1e-6);
}

TEST_CASE("BatchNorm refuses a single value a channel in training, and takes it in evaluation") {
  BatchNorm layer(2);
  CHECK_THROWS_WITH_AS(layer(ones({1, 1, 1, 2})),
                       "BatchNorm: training needs more than one value a channel, but the input is (1, 1, 1, "
                       "2) (n x ... x c); use a larger batch, or evaluation mode",
                       const Error&);
  CHECK(layer.running_mean.to_vector() == std::vector<double>{0, 0});
  layer.eval();
  CHECK(layer(ones({1, 1, 1, 2})).shape() == Shape{1, 1, 1, 2});
}

TEST_CASE("BatchNorm refuses other channels, ranks and options out of range") {
  BatchNorm layer(2);
  CHECK_THROWS_WITH_AS(layer(ones({2, 4, 4, 3})),
                       "BatchNorm: input (2, 4, 4, 3) does not have 2 channels (n x ... x c)", const Error&);
  CHECK_THROWS_AS(layer(ones({2})), const Error&);
  CHECK_THROWS_AS(BatchNorm(2, {.epsilon = 0}), const Error&);
  CHECK_THROWS_AS(BatchNorm(2, {.momentum = 1.5}), const Error&);
}

TEST_CASE("BatchNorm loads PyTorch's state, with or without the count of batches, and nothing else") {
  BatchNorm layer(2);
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
