// Networks on which floats go wrong, and what bounds say of pixels of their images.
#pragma once

#include <voronet/attacks/proof/flip_bounds.h>
#include <voronet/core/operators.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/networks/lenet.h>

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
  const Shape image{between(3, 5, random), between(3, 5, random), 1};
  auto net = provable_network(image, random);
  for (const State::Entry& entry : net->state().parameters)
    if (random.below(3) == 0) scale_by_power(*entry.tensor, static_cast<int>(random.below(81)) - 40);
  const Tensor base = uniform(batch_shape(1, image), 0, 1, random);
  return {text("sizes ", seed), std::move(net), {base}, Head::Confidence::softmax, 3};
}

// Wide enough for Winograd's algorithm, with batch-norms as after training.
inline Hostile of_residual_blocks() {
  Random random(6);
  auto net = std::make_unique<Classifier>(
      ClassifierConfig{.model = "resnet18", .model_width = 16, .height = 32, .width = 32, .channels = 3},
      random);
  for (const State::Entry& entry : net->state().buffers) {
    const Shape shape = entry.tensor->shape();
    if (entry.name.ends_with("running_mean")) entry.tensor->assign(uniform(shape, -0.5, 0.5, random));
    if (entry.name.ends_with("running_var")) entry.tensor->assign(uniform(shape, 0.3, 1.5, random));
  }
  const Tensor base = uniform({1, 32, 32, 3}, 0, 1, random);
  return {"resnet18", std::move(net), {base}, Head::Confidence::softmax, 2};
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

inline PixelClaims claims_of(PixelBounds& bounds, const LogitBounds& head, const Tensor& base, Index row,
                             Index column, int label) {
  const Index channels = base.dim(3);
  const std::vector<ValueRange> everything(channels, {0, 1});
  PixelClaims pixel{.images = {}, .claims = {}, .label = label};
  pixel.never = judge(head, bounds.features(row, column, everything), {label}).flip == Claim::no;
  std::vector<std::vector<double>> values;
  for (const int byte : {0, 1, 2, 17, 100, 127, 128, 200, 254, 255}) {
    std::vector<ValueRange> point(channels, {byte / 255.0, byte / 255.0});
    if (channels > 1) point[1] = {0, 0};
    pixel.claims.push_back(judge(head, bounds.features(row, column, point), {label}).flip);
    values.emplace_back();
    for (const ValueRange& value : point) values.back().push_back(value.low);
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
  PixelBounds bounds(plan, forms);
  network.to(Dtype::f64);
  const int label = argmax(evaluated(network, base.to(Dtype::f64)))[0];
  network.to(Dtype::f32);
  Random random(1);
  std::vector<PixelClaims> all;
  for (Index i = 0; i < hostile.pixels; ++i) {
    const Index of = image[0] * image[1], at = of <= hostile.pixels ? i % of : random.below(of);
    all.push_back(claims_of(bounds, plan.head(), base, at / image[1], at % image[1], label));
  }
  return all;
}

}  // namespace voronet::test
