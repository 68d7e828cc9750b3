#include <voronet/layers/networks/resnet.h>

#include <algorithm>
#include <map>

#include "layers/plan/plan_networks.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

std::map<std::string, Shape> shapes(Module& net) {
  std::map<std::string, Shape> found;
  for (const auto& entry : net.state().parameters) found[entry.name] = entry.tensor->shape();
  return found;
}

}  // namespace

TEST_CASE("ResNet18 has PyTorch's names and shapes") {
  Random random(1);
  const auto net = resnet(18, {}, random);
  auto found = shapes(*net);
  CHECK(found.size() == 3 * 20);  // 20 convolutions without bias, each with a batch-norm
  CHECK(found["conv1.weight"] == Shape{64, 3, 3, 3});
  CHECK(found["bn1.weight"] == Shape{64});
  CHECK(found["layer1.0.conv1.weight"] == Shape{64, 64, 3, 3});
  CHECK(found["layer2.0.conv1.weight"] == Shape{128, 64, 3, 3});
  CHECK(found["layer2.0.shortcut.0.weight"] == Shape{128, 64, 1, 1});
  CHECK(found["layer2.0.shortcut.1.bias"] == Shape{128});
  CHECK(found["layer4.1.bn2.weight"] == Shape{512});
  CHECK_FALSE(found.contains("layer1.0.shortcut.0.weight"));
  CHECK(net->state().buffers.size() == 2 * 20);
}

TEST_CASE("ResNet50's bottlenecks have PyTorch's names and shapes") {
  Random random(1);
  auto found = shapes(*resnet(50, {.model_width = 4}, random));
  CHECK(found["layer1.0.conv1.weight"] == Shape{4, 4, 1, 1});
  CHECK(found["layer1.0.conv2.weight"] == Shape{4, 4, 3, 3});
  CHECK(found["layer1.0.conv3.weight"] == Shape{16, 4, 1, 1});
  CHECK(found["layer1.0.shortcut.0.weight"] == Shape{16, 4, 1, 1});
  CHECK(found["layer3.5.bn3.weight"] == Shape{64});
}

TEST_CASE("ResNets take images from 8 x 8 on and give as many features as they say or are told") {
  Random random(1);
  for (const int depth : {18, 34, 50, 101})
    for (const auto& [height, width, channels] : {std::array<Index, 3>{8, 8, 1}, {9, 14, 3}}) {
      const DeepOptions options{.height = height, .width = width, .channels = channels, .model_width = 2};
      const Tensor x = uniform({2, height, width, channels}, -1, 1, random);
      CHECK((*resnet(depth, options, random))(x).shape() == Shape{2, resnet_features(depth, 2)});
    }
  const auto smallest = [&](bool final_relu) {
    const auto net = resnet(18, {.model_width = 2, .embedding = 40, .final_relu = final_relu}, random);
    const Tensor y = (*net)(uniform({3, 32, 32, 3}, -1, 1, random));
    CHECK(y.shape() == Shape{3, 40});
    const auto values = y.to_vector();
    return *std::min_element(values.begin(), values.end());
  };
  CHECK(smallest(true) == 0);
  CHECK(smallest(false) < 0);
}

TEST_CASE("ResNets refuse images smaller than their strides allow, other depths and widths") {
  Random random(1);
  CHECK_THROWS_WITH_AS(resnet(18, {.height = 7}, random),
                       "resnet: images of 7 x 32 x 3 are too small for its strides (at least 8 x 8 x 1)",
                       const Error&);
  CHECK_THROWS_WITH_AS(resnet(20, {}, random), "resnet: no network of depth 20; there are 18, 34, 50 and 101",
                       const Error&);
  CHECK_THROWS_AS(resnet(18, {.model_width = 0}, random), const Error&);
  CHECK_THROWS_AS(resnet(18, {.model_width = 2, .embedding = -1}, random), const Error&);
  CHECK_THROWS_AS(resnet(18, {.channels = 0}, random), const Error&);
}

TEST_CASE("ResNet in training refuses a batch of one 8 x 8 image, of which one pixel is left") {
  Random random(1);
  const auto net = resnet(18, {.height = 8, .width = 8, .model_width = 2}, random);
  CHECK_THROWS_AS((*net)(ones({1, 8, 8, 3})), const Error&);
  net->eval();
  CHECK((*net)(ones({1, 8, 8, 3})).shape() == Shape{1, 16});
}

TEST_CASE("ResNets run on a plan as they do layer by layer, with no layer left to its own forward") {
  Random random(2);
  const Tensor images = uniform({3, 32, 32, 3}, -1, 1, random);
  for (const int depth : {18, 50}) {
    const auto net = resnet(depth, {.model_width = 4}, random);
    (*net)(images);  // moves the running statistics
    check_folded_plan(*net, images);
  }
}
