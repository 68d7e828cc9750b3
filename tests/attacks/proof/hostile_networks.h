// Networks on which floats go wrong, and what bounds say of pixels of their images.
#pragma once

#include <voronet/attacks/proof/box_bounds.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/networks/lenet.h>

#include <algorithm>
#include <optional>

#include "attacks/proof/provable_networks.h"

namespace voronet::test {

struct Hostile {
  std::string name;
  std::unique_ptr<Module> network;
  std::vector<Tensor> images;  // (1, h, w, c)
  Head::Confidence confidence = Head::Confidence::softmax;
  Index pixels = 9;  // to try
};

inline Linear linear_of(const std::vector<double>& weight, Index outputs,
                        const std::vector<double>& bias = {}) {
  Random random;
  const Index inputs = std::ssize(weight) / outputs;
  Linear layer(inputs, outputs, random, bias.empty() ? Linear::Bias::no : Linear::Bias::yes);
  layer.weight.assign(from(weight, {outputs, inputs}));
  if (!bias.empty()) layer.bias.assign(from(bias, {outputs}));
  return layer;
}

inline SoftmaxHead softmax_of(const std::vector<double>& weight, const std::vector<double>& bias) {
  Random random;
  const Index classes = std::ssize(bias);
  SoftmaxHead head(std::ssize(weight) / classes, classes, random);
  head.weight.assign(from(weight, {classes, std::ssize(weight) / classes}));
  head.bias.assign(from(bias, {classes}));
  return head;
}

inline Conv2d conv_of(const std::vector<double>& weight, Index in, Index kernel) {
  Random random;
  const Index out = std::ssize(weight) / (in * kernel * kernel);
  Conv2d layer(in, out, kernel, random);
  layer.weight.assign(from(weight, {out, in, kernel, kernel}));
  layer.bias.assign(zeros({out}));
  return layer;
}

inline BatchNorm norm_of(double mean, double variance, double scale, double shift) {
  BatchNorm norm(1);
  norm.running_mean.assign(full({1}, mean));
  norm.running_var.assign(full({1}, variance));
  norm.weight.assign(full({1}, scale));
  norm.bias.assign(full({1}, shift));
  return norm;
}

inline void scale_by_power(Tensor& tensor, int exponent) {
  const NoGrad scope;
  tensor.assign(tensor.detach() * std::ldexp(1, exponent));
}

inline Tensor gray(const std::vector<double>& values) {
  const auto side = static_cast<Index>(std::sqrt(static_cast<double>(values.size())));
  return from(values, {1, side, side, 1});
}

// Whether the class is right hangs by a NaN, which is the largest of all: else it is 1.
inline std::vector<Hostile> overflowing() {
  const auto head = [] { return softmax_of({0, 0}, {0, 1}); };
  std::vector<Hostile> all;
  const auto network = [&](auto... layers) {
    auto made = std::make_unique<Sequential>();
    (made->add(std::move(layers)), ...);
    all.push_back({text("overflow ", all.size()), std::move(made), {gray({0})}});
  };
  network(Flatten(), linear_of({1e25}, 1), ReLU(), linear_of({1e25}, 1), ReLU(), head());
  network(conv_of({1e30}, 1, 1), ReLU(), conv_of({1e30}, 1, 1), ReLU(), Flatten(), head());
  network(norm_of(0, 1, 1e25, 0), ReLU(), norm_of(0, 1, 1e25, 0), ReLU(), Flatten(), head());
  network(conv_of({1e25}, 1, 1), norm_of(0, 1, 1e25, 0), ReLU(), Flatten(), head());
  network(Flatten(), linear_of({1e30}, 1), softmax_of({1e30, 0}, {0, 1}));
  network(conv_of({1e20}, 1, 1), conv_of({3e18}, 1, 1), AvgPool2d({.size = 2}), Flatten(), head());
  all.back().images = {gray({0, 0.5, 0.5, 0.5})};
  all.back().pixels = 4;
  Random random;
  for (const double far : {1e18, 1e19, 1e25}) {
    GaussHead centroids(1, 2, random);
    centroids.weight.assign(from({1, 2}, {2, 1}));
    network(Flatten(), linear_of({far}, 1), std::move(centroids));
    network(Flatten(), linear_of({far}, 1), DuqHead(1, 2, random));
    for (std::size_t i = all.size() - 2; i < all.size(); ++i) {
      all[i].images = {gray({0.5})};
      all[i].confidence = Head::Confidence::exponential;
    }
  }
  return all;
}

// Sums that cancel in exact arithmetic, and in floats not: 2^24 x + y - 2^24 z of three bright pixels is 1,
// in floats often 0; the head's classes part at one half.
inline std::vector<Hostile> cancelling() {
  constexpr double big = 0x1p24;
  const auto half = [] { return softmax_of({1, 0}, {-0.5, 0}); };
  const std::vector<double> sums{big, 1, -big, 0};
  std::vector<Hostile> all;
  const auto network = [&](auto... layers) {
    auto made = std::make_unique<Sequential>();
    (made->add(std::move(layers)), ...);
    all.push_back({text("cancels ", all.size()),
                   std::move(made),
                   {gray({1, 1, 1, 1}), gray({0, 0, 0, 0}), gray({1, 0, 1, 0}), gray({1, 0.5, 1, 1})}});
  };
  network(Flatten(), linear_of(sums, 1), half());
  network(Flatten(), linear_of(sums, 1), ReLU(), half());
  network(conv_of(sums, 1, 2), Flatten(), half());
  network(Flatten(), softmax_of({big, 1, -big, 0, 0, 0, 0, 0}, {-0.5, 0}));
  network(conv_of({1}, 1, 1), AvgPool2d({.size = 2}), Flatten(),
          softmax_of({4 * big, 0}, {-2 * big - 0.5, 0}));
  network(conv_of({big, 1, 0, 0}, 1, 2), norm_of(big, 1, 1, 0), Flatten(), half());
  network(conv_of({1}, 1, 1), norm_of(1, 0, 1e4, 0.5), Flatten(),
          softmax_of({1, 0, 0, 0, 0, 1, 0, 0}, {0, 0}));
  network(Normalize(std::vector{0.5}, std::vector{1e-7}), Flatten(), linear_of({1, -1, 1, -1}, 1), half());
  network(Flatten(), linear_of({1e6, 0, 0, 0, 1e6, 0, 0, 0}, 2, {1e6, 1e6 - 0.05}),
          softmax_of({1, 0, 0, 1}, {0, 0}));
  Random random;
  GaussHead centroids(1, 2, random);
  centroids.weight.assign(from({1e6, -1e6}, {2, 1}));
  network(Flatten(), linear_of({1, 1, 1, 1}, 1, {-2.9}), std::move(centroids));
  return all;
}

// LeNet with its parameters scaled by up to 2^-110, and back: the function is the same, but numbers on the
// way become too small for floats.
inline std::vector<Hostile> underflowing() {
  std::vector<Hostile> all;
  for (const int by : {0, 40, 110}) {
    Random random(4);
    auto net = lenet({.height = 16, .width = 16, .channels = 1, .embedding = 10}, random);
    const State state = net->state();
    const auto scale = [&](const std::string& name, int exponent) {
      for (const State::Entry& entry : state.parameters)
        if (entry.name == name) scale_by_power(*entry.tensor, exponent);
    };
    scale("conv1.weight", -by), scale("conv1.bias", -by);
    scale("conv2.weight", -by / 4), scale("conv2.bias", -by - by / 4);
    scale("fc1.weight", by), scale("fc1.bias", -by / 4);
    scale("fc2.weight", by / 4);
    net->add("head", SoftmaxHead(10, 10, random));
    all.push_back({text("underflow ", by), std::move(net), {uniform({1, 16, 16, 1}, 0, 1, random)}});
    all.back().pixels = 12;
  }
  return all;
}

inline Hostile of_a_thousand_classes() {
  Random random(5);
  auto net = std::make_unique<Sequential>();
  net->add(Flatten()), net->add(Linear(16, 8, random)), net->add(ReLU());
  net->add(SoftmaxHead(8, 1000, random));
  return {"classes", std::move(net), {uniform({1, 4, 4, 1}, 0, 1, random)}};
}

inline Hostile of_long_sums() {
  Random random(5);
  auto net = std::make_unique<Sequential>();
  SoftmaxHead head(22500, 3, random);
  head.bias.assign(from({1, 0, 0}, {3}));
  net->add(Flatten()), net->add(std::move(head));
  return {
      "long sums", std::move(net), {uniform({1, 150, 150, 1}, 0, 1, random)}, Head::Confidence::softmax, 4};
}

// Random layers, some of whose parameters are scaled by up to 2^40 either way.
inline Hostile of_all_sizes(std::uint64_t seed) {
  Random random(seed);
  const Shape image{between(3, 5, random), between(3, 5, random), between(1, 3, random)};
  auto net = provable_network(image, random);
  for (const State::Entry& entry : net->state().parameters)
    if (random.below(3) == 0) scale_by_power(*entry.tensor, static_cast<int>(random.below(81)) - 40);
  const Tensor base = uniform(batch_shape(1, image), 0, 1, random);
  return {text("sizes ", seed), std::move(net), {base}, Head::Confidence::softmax, 3};
}

// ResNet18 of width 16, so that its convolutions take Winograd's algorithm, after some steps of training. Its
// residual branches begin as zeros (Goyal et al., arXiv 1706.02677): else what floats may round grows with
// depth beyond all margins. The head's bias makes the image's margin what it is called after; of 0, floats
// choose the class.
inline std::vector<Hostile> of_residual_blocks() {
  Random random(6);
  const ClassifierConfig config{
      .model = "resnet18", .model_width = 16, .classes = 2, .height = 32, .width = 32, .channels = 3};
  Classifier trained(config, random);
  for (const State::Entry& entry : trained.state().parameters)
    if (entry.name.ends_with("bn2.weight")) entry.tensor->assign(zeros(entry.tensor->shape()));
  const Tensor images = uniform({8, 32, 32, 3}, 0, 1, random);
  const std::vector<int> labels{0, 1, 0, 1, 0, 1, 0, 1};
  Tensors parameters = trained.parameters();
  for (int step = 0; step < 4; ++step) {
    const Tensors gradients = grad(cross_entropy(trained(images), labels), parameters);
    const NoGrad scope;
    for (std::size_t i = 0; i < gradients.size(); ++i)
      parameters[i].assign(parameters[i].detach() - gradients[i] * 1e-3);
  }
  const Tensor base = slice(images, 0, 0, 1);
  const TensorFile state = save_state(trained);
  trained.to(Dtype::f64);
  const Tensor logits = evaluated(trained, base.to(Dtype::f64));
  std::vector<Hostile> all;
  for (const double margin : {0.0, 1e-6, 1e-4, 1e-2}) {
    auto net = std::make_unique<Classifier>(config, random);
    load_state(*net, state, "the trained network");
    for (const State::Entry& entry : net->state().parameters)
      if (entry.name == "classifier.bias")
        entry.tensor->assign(entry.tensor->detach() + from({margin - logits.at(0) + logits.at(1), 0}, {2}));
    all.push_back({text("resnet18 ", margin), std::move(net), {base}, Head::Confidence::softmax, 2});
  }
  return all;
}

// What bounds say of some values of one pixel of an image, and of its class.
struct PixelClaims {
  Tensor images;              // (n, h, w, c), float: with these values
  std::vector<Claim> claims;  // of each, whether it flips the class
  bool never = false;         // whether no value of the pixel does
  int label = 0;

  // How many of the classes that somebody gives the images contradict.
  int wrong(const std::vector<int>& classes) const {
    int wrong = 0;
    for (std::size_t i = 0; i < claims.size(); ++i) {
      if (never || claims[i] == Claim::no) wrong += classes[i] != label;
      if (claims[i] == Claim::yes) wrong += classes[i] == label;
    }
    return wrong;
  }
};

// Of two proofs of the same; throws Error where they contradict each other.
inline Claim either(Claim one, Claim other) {
  require(one == Claim::maybe || other == Claim::maybe || one == other, "bounds contradict each other");
  return one == Claim::maybe ? other : one;
}

inline Claim flips(const BoundedBox& box) {
  const auto loses = [&](const BoxMargin& margin) { return margin.over(box.box).high < -margin.rounding; };
  return box.margins.empty()                       ? Claim::no
         : std::ranges::any_of(box.margins, loses) ? Claim::yes
                                                   : Claim::maybe;
}

// By bounds of features, and by those that a search of boxes has: from the back, unless there are none.
inline PixelClaims claims_of(Workplace& by, const Tensor& base, Index row, Index column, int label) {
  const Index channels = base.dim(3), position = row * base.dim(2) + column;
  BoxBounds boxes(by, {label}, {&position, 1}, 0);
  const auto all = boxes.all(channels);
  const auto claim = [&](const BoundedBox& box) {
    return either(judge(by.head, by.bounds.features(row, column, box.box.ranges()), {label}).flip,
                  flips(box));
  };
  PixelClaims pixel{.images = {}, .claims = {}, .label = label};
  pixel.never = claim(*all) == Claim::no;
  std::vector<std::vector<double>> values;
  for (const int byte : {0, 1, 2, 17, 100, 127, 128, 200, 254, 255}) {
    ColourBox colour{channels};
    colour.low.fill(static_cast<std::uint8_t>(byte));
    if (channels > 1) colour.low[1] = 0;
    colour.high = colour.low;
    pixel.claims.push_back(claim(*boxes.bounded(colour, *all, true)));
    values.emplace_back();
    for (const ValueRange& value : colour.ranges()) values.back().push_back(value.low);
  }
  pixel.images = with_pixel(base.to(Dtype::f64), row, column, values).to(Dtype::f32);
  return pixel;
}

// Of some pixels of an image.
inline std::vector<PixelClaims> claims_of(const Hostile& hostile, const Tensor& base) {
  const Shape image = base.shape().without(0);
  Module& network = *hostile.network;
  const BoundPlan plan(network, image, hostile.confidence);
  const BoundPlan::Base forms = plan.base(base.to(Dtype::f64).values<double>());
  network.to(Dtype::f64);
  const int label = argmax(evaluated(network, base.to(Dtype::f64)))[0];
  network.to(Dtype::f32);
  std::optional<MarginPlan> margins;
  MarginPlan::Base margin_base;
  Workplace by{PixelBounds(plan, forms), {}, plan.head(), image[2]};
  if (MarginPlan::possible(plan)) {
    margins.emplace(plan);
    margin_base = margins->base(forms);
    by.from_back.emplace(*margins, margin_base, label);
  }
  Random random(1);
  std::vector<PixelClaims> all;
  for (Index i = 0; i < hostile.pixels; ++i) {
    const Index of = image[0] * image[1], at = of <= hostile.pixels ? i % of : random.below(of);
    all.push_back(claims_of(by, base, at / image[1], at % image[1], label));
  }
  return all;
}

}  // namespace voronet::test
