// What the deep embeddings, vgg and resnet, have in common.
#pragma once

#include <voronet/layers/sequential.h>

namespace voronet {

struct DeepOptions {
  Index height = 32, width = 32, channels = 3;  // of the images
  Index model_width = 64;                       // channels after the first convolution, at least 1
  Index embedding = 0;                          // features d; 0: the network's own
  bool final_relu = true;                       // after the linear layer to d features, where there is one
};

// Ends a network that has `own` features by itself: with a linear layer "fc" to as many as the options want,
// and ReLU if they do, unless that is the network's own number. Throws Error for a negative number.
void add_features(Sequential& net, Index own, const DeepOptions& options, Random& random);

}  // namespace voronet
