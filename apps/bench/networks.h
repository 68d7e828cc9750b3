// The networks that `voronet bench` measures: LeNet with its original 84 features on 28 x 28 x 1 images,
// ResNet18 and VGG16 of width 64 on 32 x 32 x 3, each with the softmax head for 10 classes.
#pragma once

#include <voronet/apps/bench/case.h>
#include <voronet/core/kernels/convolution.h>
#include <voronet/core/random.h>
#include <voronet/data/images.h>
#include <voronet/layers/classifier_config.h>

#include <vector>

namespace voronet {

constexpr Index bench_train_batch = 128, bench_smaller_batch = 80, bench_infer_batch = 400;  // images

// "lenet", "resnet18", "vgg16".
std::vector<std::string> bench_networks();
ClassifierConfig bench_config(const std::string& network);

// The sizes of a network's convolutions for n images, in the order in which they run.
std::vector<kernels::Conv2dSizes> convolutions_of(const std::string& network, Index n);

// Of all products of a convolution's plain sum, in any of its three directions.
double flop_of(const kernels::Conv2dSizes& sizes);

// n images of noise, of the shape (h, w, c).
data::Images noise(Index n, const Shape& image, Random& random);

}  // namespace voronet
