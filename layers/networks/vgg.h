// VGG: Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015,
// with batch-norm, in the form for small images such as CIFAR's, 32 x 32.
#pragma once

#include <voronet/layers/sequential.h>

#include <memory>

namespace voronet {

struct VggOptions {
  Index height = 32, width = 32, channels = 3;  // of the images; height and width at least 32
  Index model_width = 64;                       // channels after the first convolution, at least 1
  Index embedding = 0;                          // features d; 0: the network's own
  bool final_relu = true;                       // after the linear layer to d features, where there is one
};

// Features that a network gives by itself: 8 model_width for each of the pixels that five poolings leave, one
// of a 32 x 32 image.
Index vgg_features(const VggOptions& options);

// 3x3 convolutions, each with batch-norm and ReLU, in five stages that end in max-pool 2: (n, height, width,
// channels) -> (n, d). Stages have 1, 2, 4, 8 and 8 times model_width channels. If d is not the network's
// own, a linear layer and ReLU follow ("fc"). Depth is 11, 13, 16 or 19. State names are those of PyTorch's
// CIFAR networks: features.0.weight, ... Throws Error for another depth, or images smaller than the poolings
// allow.
std::unique_ptr<Sequential> vgg(int depth, const VggOptions& options, Random& random);

}  // namespace voronet
