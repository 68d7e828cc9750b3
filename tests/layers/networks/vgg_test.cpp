#include <voronet/layers/networks/vgg.h>

#include <map>

#include "layers/plan/plan_networks.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("VGG16 has PyTorch's names and shapes") {
  Random random(1);
  const auto net = vgg(16, {}, random);
  std::map<std::string, Shape> found;
  for (const auto& entry : net->state().parameters) found[entry.name] = entry.tensor->shape();
  CHECK(found.size() == 4 * 13);  // 13 convolutions, each with a batch-norm
  CHECK(found["features.0.weight"] == Shape{64, 3, 3, 3});
  CHECK(found["features.0.bias"] == Shape{64});
  CHECK(found["features.1.weight"] == Shape{64});
  CHECK(found["features.3.weight"] == Shape{64, 64, 3, 3});
  CHECK(found["features.7.weight"] == Shape{128, 64, 3, 3});
  CHECK(found["features.40.weight"] == Shape{512, 512, 3, 3});
  CHECK(found["features.41.bias"] == Shape{512});
  CHECK(net->state().buffers.at(0).name == "features.1.running_mean");
}

TEST_CASE("VGGs take images from 32 x 32 on and give as many features as they say or are told") {
  Random random(1);
  for (const int depth : {11, 13, 16, 19}) {
    for (const auto& [height, width] : {std::array<Index, 2>{32, 32}, {64, 33}}) {
      DeepOptions options{.height = height, .width = width, .channels = 1, .model_width = 2};
      CHECK(vgg_features(options) == 16 * (height / 32));
      const Tensor x = uniform({2, height, width, 1}, -1, 1, random);
      CHECK((*vgg(depth, options, random))(x).shape() == Shape{2, vgg_features(options)});
      options.embedding = 5;
      CHECK((*vgg(depth, options, random))(x).shape() == Shape{2, 5});
    }
  }
}

TEST_CASE("VGGs refuse images smaller than their poolings allow, other depths and widths") {
  Random random(1);
  CHECK_THROWS_WITH_AS(
      vgg(16, {.height = 31}, random),
      "vgg: images of 31 x 32 x 3 are too small for its five poolings (at least 32 x 32 x 1)", const Error&);
  CHECK_THROWS_WITH_AS(vgg(17, {}, random), "vgg: no network of depth 17; there are 11, 13, 16 and 19",
                       const Error&);
  CHECK_THROWS_AS(vgg(11, {.model_width = 0}, random), const Error&);
  CHECK_THROWS_AS(vgg(11, {.channels = 0}, random), const Error&);
}

TEST_CASE("VGGs run on a plan as they do layer by layer, with no layer left to its own forward") {
  Random random(2);
  const Tensor images = uniform({3, 32, 32, 3}, -1, 1, random);
  for (const int depth : {11, 16}) {
    const auto net = vgg(depth, {.model_width = 4}, random);
    (*net)(images);  // moves the running statistics
    check_folded_plan(*net, images);
  }
}
