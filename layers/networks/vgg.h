// VGG: Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015,
// with batch-norm, in the form for small images such as CIFAR's, 32 x 32.
#pragma once

#include <voronet/layers/networks/features.h>

#include <memory>

namespace voronet {

// Features that a network gives by itself: 8 model_width for each pixel that five poolings leave.
Index vgg_features(const DeepOptions& options);

// 3x3 convolutions, each with batch-norm and ReLU, in five stages that end in max-pool 2: (n, height, width,
// channels) -> (n, d). Stages have 1, 2, 4, 8 and 8 times model_width channels. If d is not the network's
// own, a linear layer and ReLU follow ("fc"). Depth is 11, 13, 16 or 19. State names are those of PyTorch's
// CIFAR networks: features.0.weight, ... Throws Error for another depth, or images of less than 32 x 32.
std::unique_ptr<Sequential> vgg(int depth, const DeepOptions& options, Random& random);

}  // namespace voronet
