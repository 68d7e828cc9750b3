#include <voronet/layers/activation.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/networks/residual_block.h>
#include <voronet/layers/normalize.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/fusion.h>
#include <voronet/layers/pooling.h>
#include <voronet/layers/sequential.h>
#include <voronet/theory/lipschitz.h>
#include <voronet/theory/scatter.h>

#include <cmath>
#include <limits>

#include "layers/plan/plan_networks.h"
#include "support/authors_networks.h"
#include <doctest/doctest.h>

namespace voronet {
namespace {

Lipschitz of(Module& module, const Shape& image) { return lipschitz(graph_of(module, image)); }

template <class Layer>
double norm_of(Layer layer, const Shape& image) {
  const Lipschitz result = of(layer, image);
  CHECK(result.total.estimate == result.total.bound);
  CHECK(result.total.one_pixel == result.total.bound);
  return result.total.bound;
}

Lipschitz of_fused(Module& module, const Shape& image) {
  PlanGraph graph = graph_of(module, image);
  plan::fuse(graph, plan::Pooling::apart);
  return lipschitz(graph);
}

// The largest stretch of random differences, between images that are near one another, too.
double largest_stretch(Module& module, const Shape& image, std::uint64_t seed) {
  Random random(seed);
  double largest = 0;
  for (const double size : {1.0, 0.1, 0.01}) {
    const Tensor images = 1 + size * normal(batch_shape(30, image), 0, 1, random);
    largest = std::max(largest, largest_pair_ratio(images, test::evaluated(module, images)));
  }
  return largest;
}

TEST_CASE("layers without weights have their norms") {
  const Shape image{6, 6, 3};
  CHECK(norm_of(ReLU(), image) == 1);
  CHECK(norm_of(Flatten(), image) == 1);
  CHECK(norm_of(MaxPool2d(), image) == 1);
  CHECK(norm_of(MaxPool2d({.size = 2, .stride = 3}), image) == 1);
  CHECK(norm_of(MaxPool2d({.size = 2, .stride = 1}), image) == 2);
  CHECK(norm_of(MaxPool2d({.size = 3, .stride = 2}), image) == 2);
  CHECK(norm_of(MaxPool2d({.size = 6, .stride = 1}), image) == 1);  // there is one window
  CHECK(norm_of(AvgPool2d(), image) == 0.5);
  CHECK(norm_of(AvgPool2d({.size = 3, .stride = 1}), image) == doctest::Approx(1));
  CHECK(norm_of(GlobalAvgPool2d(), image) == doctest::Approx(1.0 / 6));
  CHECK(norm_of(Normalize({0.5, 0.1, 0.2}, {0.5, 0.25, 2}), image) == doctest::Approx(4));
}

TEST_CASE("batch-norm's norm is its largest scale in evaluation mode") {
  BatchNorm layer(2);
  layer.weight.assign(from({1, -6}, {2}));
  layer.running_var.assign(from({0.25, 4}, {2}));
  CHECK(of(layer, {2, 2, 2}).total.bound == doctest::Approx(3).epsilon(1e-4));
}

TEST_CASE("layers one after another multiply, what is added adds") {
  Random random(1);
  BasicBlock block(3, 3, 1, random);
  const Lipschitz result = of(block, {5, 5, 3});
  REQUIRE(result.steps.size() == 7);  // two convolutions, two scales, two ReLUs, the sum
  CHECK(result.steps[0].kind == "convolution 3x3");
  CHECK(result.steps[5].kind == "add");
  double branch = 1;
  for (int i = 0; i < 5; ++i) branch *= result.steps[i].norm.bound;
  CHECK(result.total.bound == doctest::Approx(1 + branch).epsilon(1e-12));
  CHECK(result.total.estimate <= result.total.bound);
  CHECK(result.total.estimate > 0.999 * result.total.bound);
}

TEST_CASE("no random network stretches more than its bound, and fused layers bound it better") {
  Random random(2);
  for (std::uint64_t trial = 0; trial < 5; ++trial) {
    Sequential net;
    net.add(std::make_unique<test::ScaleShift>(2, random));
    net.add(Conv2d(2, 4, 3, random, {.padding = 1}));
    net.add(std::make_unique<test::ScaleShift>(4, random));
    net.add(ReLU());
    net.add(MaxPool2d({.size = 3, .stride = 2}));
    net.add(BasicBlock(4, 5, 2, random));
    net.add(AvgPool2d());
    net.add(Flatten());
    const Shape image{9, 9, 2};
    const Lipschitz apart = of(net, image), fused = of_fused(net, image);
    const double stretch = largest_stretch(net, image, trial);
    CHECK(stretch <= fused.total.bound);
    CHECK(fused.total.bound <= apart.total.bound);
    CHECK(fused.steps.size() < apart.steps.size());
    CHECK(stretch > 0);
  }
}

TEST_CASE("a change of one pixel has a bound of its own where a convolution comes first") {
  Random random(3);
  Sequential net;
  net.add(Normalize(std::vector{0.5}, std::vector{0.5}));
  const auto& first = net.add(Conv2d(1, 4, 5, random));
  net.add(ReLU());
  net.add(Conv2d(4, 4, 3, random));
  const Lipschitz result = of(net, {12, 12, 1});
  const double pixel = one_pixel_norm_bound(first.weight);
  CHECK(result.steps[1].norm.one_pixel == pixel);
  CHECK(result.steps[1].norm.bound > 1.2 * pixel);
  CHECK(result.steps[3].norm.one_pixel == result.steps[3].norm.bound);
  CHECK(result.total.one_pixel == doctest::Approx(2 * pixel * result.steps[3].norm.bound));

  // Behind a pooling window the pixel is no longer alone.
  Sequential pooled;
  pooled.add(MaxPool2d({.size = 3, .stride = 1}));
  pooled.add(Conv2d(1, 4, 3, random));
  const Lipschitz behind = of(pooled, {12, 12, 1});
  CHECK(behind.total.one_pixel == behind.total.bound);
}

TEST_CASE("steps are named after the layers whose weights they have, fused or not") {
  Random random(4);
  Classifier net({.model = "resnet18", .model_width = 4, .height = 8, .width = 8, .channels = 3}, random);
  for (const Layers layers : {Layers::apart, Layers::fused}) {
    std::vector<std::string> names;
    for (const LipschitzStep& step : feature_lipschitz(net, layers, {.iterations = 3}).steps)
      if (!step.name.empty()) names.push_back(step.name);
    CHECK(names.size() == 20);  // 17 convolutions of 3x3, three shortcuts
    CHECK(names.front() == "embed.conv1");
    CHECK(std::count(names.begin(), names.end(), "embed.layer2.0.shortcut.0") == 1);
  }
}

TEST_CASE("steps are named, too, where a limited spectral norm scales their weights") {
  Random random(7);
  Classifier net({.model = "lenet", .spectral_norm = 0.1, .height = 16, .width = 16}, random);
  net.eval();
  std::vector<std::string> names;
  for (const LipschitzStep& step : feature_lipschitz(net).steps)
    if (!step.name.empty()) names.push_back(step.name);
  CHECK(names == std::vector<std::string>{"embed.conv1", "embed.conv2", "embed.fc1", "embed.fc2"});
}

TEST_CASE("progress is told after each step") {
  Random random(5);
  Classifier net({.model = "lenet", .height = 16, .width = 16, .channels = 1}, random);
  Index calls = 0, total = 0;
  const Lipschitz result = feature_lipschitz(net, Layers::apart, {}, [&](Index done, Index of) {
    CHECK(done == ++calls);
    total = of;
  });
  CHECK(calls == std::ssize(result.steps));
  CHECK(total == calls);
}

TEST_CASE("what has no bound is refused in one line") {
  Random random(6);
  GaussHead gauss(4, 3, random);
  CHECK_THROWS_WITH_AS(
      of(gauss, {4}),
      "lipschitz: a Gauss head has no Lipschitz bound (its logits are squares); ask for the features'",
      Error);
  test::Undescribed unknown;
  CHECK_THROWS_WITH_AS(of(unknown, {4}),
                       "lipschitz: a layer that does not describe itself to plans has no known bound", Error);
  test::ScaleShift scale(2, random);
  scale.state().buffers[0].tensor->assign(full({2}, std::nan("")));
  CHECK_THROWS_WITH_AS(of(scale, {2}), "lipschitz: the scale (2) holds nan, not only finite values", Error);
}

// What was measured elsewhere of the authors' networks on the first 1,000 test images.
TEST_CASE("the authors' networks have the published products of norms, and no larger rigorous bounds") {
  const auto authors = test::authors_networks();
  if (!authors) return;
  for (const auto& [head, published] : {std::pair{"softmax", 794.0}, std::pair{"gauss", 982.0}}) {
    Classifier net = authors->load(head);
    const Lipschitz result = feature_lipschitz(net);
    CHECK(std::round(result.total.estimate) == published);
    CHECK(result.total.bound >= result.total.estimate);
    CHECK(result.total.bound < 1.0001 * result.total.estimate);
    CHECK(result.total.one_pixel < 0.6 * result.total.bound);
    CHECK(result.steps[1].name == "embed.conv1");
    // The rest of the table is 1: normalisation by deviation 1, ReLU, windows side by side, flatten.
    for (const LipschitzStep& step : result.steps)
      if (step.name.empty()) CHECK(step.norm.bound == 1);
  }
}

}  // namespace
}  // namespace voronet
