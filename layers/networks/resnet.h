// ResNet: residual networks (He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016),
// in the form for small images such as CIFAR's, 32 x 32.
#pragma once

#include <voronet/layers/sequential.h>

#include <memory>

namespace voronet {

struct ResNetOptions {
  Index height = 32, width = 32, channels = 3;  // of the images; height and width at least 8
  Index model_width = 64;                       // channels after the first convolution, at least 1
  Index embedding = 0;                          // features d; 0: the network's own
  bool final_relu = true;                       // after the linear layer to d features, where there is one
};

// Features that a network gives by itself: 8 model_width for depths 18 and 34, 32 model_width for 50 and 101.
// Throws Error for another depth.
Index resnet_features(int depth, Index model_width);

// A 3x3 convolution to model_width channels, batch-norm, ReLU; four stages of residual blocks, with twice the
// channels and half the height and width from stage to stage; the mean over the image: (n, height, width,
// channels) -> (n, d). If d is not the network's own, a linear layer and ReLU follow ("fc"). Depth 18 and 34
// have basic blocks, 50 and 101 bottlenecks. State names are those of PyTorch's CIFAR networks: conv1, bn1,
// layer1.0.conv1, layer1.0.bn1, ... Throws Error for another depth, or images smaller than the strides allow.
std::unique_ptr<Sequential> resnet(int depth, const ResNetOptions& options, Random& random);

}  // namespace voronet
