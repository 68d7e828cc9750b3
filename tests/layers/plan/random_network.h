// Random networks of all kinds of layers, for tests of inference plans.
#pragma once

#include <voronet/core/operators/shapes.h>
#include <voronet/layers/activation.h>
#include <voronet/layers/dropout.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/networks/graph_network.h>
#include <voronet/layers/normalize.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/pooling.h>
#include <voronet/layers/sequential.h>

#include "layers/plan/plan_networks.h"

namespace voronet::test {

// Between low and high, both included.
inline Index between(Index low, Index high, Random& random) { return low + random.below(high - low + 1); }

inline Function random_function(Random& random) {
  Function function{.kind = static_cast<Function::Kind>(random.below(4))};
  if (function.kind == Function::Kind::leaky_relu) function.slope = random.uniform(0, 1);
  if (function.kind == Function::Kind::clamp) {
    function.low = random.uniform(-1, 0.2);
    function.high = function.low + random.uniform(0, 1);
  }
  return function;
}

// A small graph of the steps that no layer of ours is made of.
inline std::unique_ptr<Module> graph_layer(const Shape& shape, Random& random) {
  PlanBuilder builder(shape, Dtype::f32);
  PlanValue x = builder.input();
  if (random.below(2) == 0) x = builder.function(x, random_function(random));
  if (shape.rank() == 3 && random.below(2) == 0)
    x = builder.pad(x, {between(0, 2, random), between(0, 2, random), between(0, 2, random),
                        between(0, 2, random), random.below(2) == 0});
  const auto numbers = [&](double low, double high) { return uniform(builder.shape(x), low, high, random); };
  if (random.below(2) == 0)
    x = builder.concat(x,
                       builder.scale_shift(x, numbers(-1, 1), random.below(2) ? numbers(-1, 1) : Tensor()));
  if (random.below(2) == 0) x = builder.relu(builder.scale_shift(x, {}, numbers(-1, 1)));
  return std::make_unique<GraphNetwork>(std::move(builder).finish(x));
}

// A random layer for images of this shape.
inline std::unique_ptr<Module> image_layer(const Shape& image, Random& random) {
  const Index smaller_side = std::min(image[0], image[1]);
  const Pool2dOptions pool{.size = between(1, std::min<Index>(3, smaller_side), random),
                           .stride = between(0, 3, random)};
  switch (random.below(16)) {
    case 0:
      return std::make_unique<ReLU>();
    case 1:
      return std::make_unique<MaxPool2d>(pool);
    case 2:
      return std::make_unique<AvgPool2d>(pool);
    case 3:
      return std::make_unique<Dropout>(0.5, random);
    case 4:
      return std::make_unique<Normalize>(std::vector{random.uniform(0, 1)},
                                         std::vector{random.uniform(0.2, 1)});
    case 5:
      return std::make_unique<Undescribed>();
    case 6:
    case 7:
      return std::make_unique<ScaleShift>(image[2], random);
    case 8:
      return std::make_unique<ResidualBlock>(image[2], random.below(2) ? image[2] : 5, between(1, 2, random),
                                             random);
    case 9:
      return std::make_unique<Tanh>();
    case 10:
      return std::make_unique<Sigmoid>();
    case 11:
      return graph_layer(image, random);
    default:
      return std::make_unique<Conv2d>(
          image[2], between(1, 9, random), between(1, std::min<Index>(4, smaller_side), random), random,
          Conv2dLayerOptions{.stride = between(1, 2, random), .padding = between(0, 2, random)});
  }
}

inline std::unique_ptr<Module> feature_layer(Index features, Random& random) {
  switch (random.below(7)) {
    case 0:
      return std::make_unique<ReLU>();
    case 1:
      return std::make_unique<Dropout>(0.5, random);
    case 2:
      return std::make_unique<Undescribed>();
    case 3:
      return std::make_unique<ScaleShift>(features, random);
    case 4:
      return graph_layer({features}, random);
    default:
      return std::make_unique<Linear>(features, between(1, 20, random), random,
                                      random.below(2) ? Linear::Bias::yes : Linear::Bias::no);
  }
}

// Image layers, flatten, feature layers, perhaps a head.
inline std::unique_ptr<Sequential> random_network(const Shape& image, Random& random) {
  auto net = std::make_unique<Sequential>();
  Tensor x = zeros(batch_shape(1, image));
  const auto add = [&](std::unique_ptr<Module> layer) {
    x = evaluated(*layer, x);
    net->add(std::move(layer));
  };
  for (Index i = between(0, 7, random); i > 0; --i) add(image_layer(x.shape().without(0), random));
  add(random.below(4) == 0 ? std::unique_ptr<Module>(std::make_unique<GlobalAverage>())
                           : std::make_unique<Flatten>());
  for (Index i = between(0, 3, random); i > 0; --i) add(feature_layer(x.dim(1), random));
  if (random.below(3) == 0) add(std::make_unique<SoftmaxHead>(x.dim(1), 7, random));
  if (random.below(3) == 0) add(std::make_unique<GaussHead>(x.dim(1), 3, random));
  return net;
}

}  // namespace voronet::test
