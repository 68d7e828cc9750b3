// Random small networks that proofs know, for tests of bounds.
#pragma once

#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/layers/plan/pixel_bounds.h>

#include "layers/plan/random_network.h"

namespace voronet::test {

inline std::unique_ptr<Module> provable_image_layer(const Shape& image, Random& random) {
  const Index smaller_side = std::min(image[0], image[1]);
  const Pool2dOptions pool{.size = between(1, std::min<Index>(3, smaller_side), random),
                           .stride = between(0, 3, random)};
  switch (random.below(9)) {
    case 0:
    case 1:
      return std::make_unique<ReLU>();
    case 2:
      return std::make_unique<MaxPool2d>(pool);
    case 3:
      return std::make_unique<AvgPool2d>(pool);
    case 4:
      return std::make_unique<ScaleShift>(image[2], random);
    case 5:
      return std::make_unique<ResidualBlock>(image[2], random.below(2) ? image[2] : 3, between(1, 2, random),
                                             random);
    default:
      return std::make_unique<Conv2d>(
          image[2], between(1, 6, random), between(1, std::min<Index>(4, smaller_side), random), random,
          Conv2dLayerOptions{.stride = between(1, 2, random), .padding = between(0, 2, random)});
  }
}

// A softmax head, a Gauss head whose classes differ in gamma, DUQ's, or DDU's with Gaussians of random
// points.
inline std::unique_ptr<Head> random_head(Index features, Index classes, Random& random) {
  const Index kind = random.below(5);
  if (kind < 2) return std::make_unique<SoftmaxHead>(features, classes, random);
  if (kind == 2)
    return std::make_unique<DuqHead>(
        features, classes, random,
        DuqOptions{.centroid_size = between(1, 4, random), .gamma = random.uniform(0.2, 2)});
  if (kind == 3) {
    auto head = std::make_unique<DduHead>(features, classes, random);
    std::vector<int> labels;
    for (int i = 0; i < 8 * classes; ++i) labels.push_back(static_cast<int>(i % classes));
    head->fit(uniform({8 * classes, features}, -1, 1, random), labels);
    return head;
  }
  auto head = std::make_unique<GaussHead>(features, classes, random, GaussOptions{.low = -0.5, .high = 0.5});
  head->gamma.assign(uniform({classes}, 0.2, 2, random));
  return head;
}

// Image layers, flatten or average, linear and ReLU, a head of 2 to 5 classes.
inline std::unique_ptr<Sequential> provable_network(const Shape& image, Random& random) {
  auto net = std::make_unique<Sequential>();
  Tensor x = zeros(batch_shape(1, image));
  const auto add = [&](std::unique_ptr<Module> layer) {
    x = evaluated(*layer, x);
    net->add(std::move(layer));
  };
  for (Index i = between(0, 5, random); i > 0; --i) {
    const Shape shape = x.shape().without(0);
    add(random.below(6) == 0 ? graph_layer(shape, random) : provable_image_layer(shape, random));
  }
  add(random.below(4) == 0 ? std::unique_ptr<Module>(std::make_unique<GlobalAverage>())
                           : std::make_unique<Flatten>());
  for (Index i = between(0, 2, random); i > 0; --i) {
    add(std::make_unique<Linear>(x.dim(1), between(1, 12, random), random));
    add(std::make_unique<ReLU>());
  }
  add(random_head(x.dim(1), between(2, 5, random), random));
  return net;
}

// A head's bounds of its features, (d).
inline LogitBounds logit_bounds(Head& head, Index features) {
  const plan::RoundedGraph folded = plan::folded_with_roundings(graph_of(head, {features}));
  const auto steps = static_cast<std::size_t>(LogitBounds::steps_of(folded.graph));
  return {std::span(folded.graph.steps).last(steps), std::span(folded.roundings).last(steps),
          head.confidence()};
}

// The image, in double, with n values of each channel in place of one pixel's.
inline Tensor with_pixel(const Tensor& image, Index row, Index column,
                         const std::vector<std::vector<double>>& values) {
  const Index n = std::ssize(values), size = image.size(), c = image.dim(3);
  const Tensor images({n, image.dim(1), image.dim(2), c}, Dtype::f64);
  for (Index i = 0; i < n; ++i) {
    double* to = images.mutable_data<double>() + i * size;
    std::copy_n(image.data<double>(), size, to);
    std::copy_n(values[i].data(), c, to + (row * image.dim(2) + column) * c);
  }
  return images;
}

}  // namespace voronet::test
