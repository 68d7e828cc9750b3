// ResNet: residual networks (He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016),
// in the form for small images such as CIFAR's, 32 x 32.
#pragma once

#include <voronet/layers/networks/features.h>

#include <memory>

namespace voronet {

// Features of its own: 8 model_width for depths 18 and 34, 32 for 50 and 101; throws Error for another.
Index resnet_features(int depth, Index model_width);

// A 3x3 convolution to model_width channels, batch-norm, ReLU; four stages of residual blocks, with twice the
// channels and half the height and width from stage to stage; the mean over the image: (n, height, width,
// channels) -> (n, d). If d is not the network's own, a linear layer and ReLU follow ("fc"). Depth 18 and 34
// have basic blocks, 50 and 101 bottlenecks. State names are those of PyTorch's CIFAR networks: conv1, bn1,
// layer1.0.conv1, layer1.0.bn1, ... Throws Error for another depth, or images of less than 8 x 8.
std::unique_ptr<Sequential> resnet(int depth, const DeepOptions& options, Random& random);

}  // namespace voronet
