// A multilayer perceptron: linear layers with ReLU, for points, which have no neighbouring pixels.
#pragma once

#include <voronet/layers/sequential.h>

#include <memory>

namespace voronet {

struct MlpOptions {
  Shape input = {2};            // of one input: (values) of a point, or (height, width, channels) of an image
  Index width = 64, depth = 2;  // of the hidden layers, and how many there are
  Index embedding = 10;         // features d
  bool final_relu = true;       // with 2 features to look at rather not
};

// `depth` times linear to `width` and ReLU, linear to d, ReLU: (n, input) -> (n, d); images are flattened
// first. Throws Error unless all sizes are 1 or more.
std::unique_ptr<Sequential> mlp(const MlpOptions& options, Random& random);

}  // namespace voronet
