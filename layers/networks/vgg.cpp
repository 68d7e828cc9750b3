#include <voronet/layers/batch_norm.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/networks/vgg.h>
#include <voronet/layers/pooling.h>

#include <array>
#include <map>

namespace voronet {
namespace {

using Stages = std::array<int, 5>;  // convolutions of each stage

const Stages& stages(int depth) {
  static const std::map<int, Stages> all = {
      {11, {1, 1, 2, 2, 2}}, {13, {2, 2, 2, 2, 2}}, {16, {2, 2, 3, 3, 3}}, {19, {2, 2, 4, 4, 4}}};
  const auto found = all.find(depth);
  require(found != all.end(), "vgg: no network of depth ", depth, "; there are 11, 13, 16 and 19");
  return found->second;
}

constexpr std::array<Index, 5> widths = {1, 2, 4, 8, 8};

// Layers under the numbers that they have in PyTorch's list, where ReLU, here part of batch-norm, has one.
Sequential features(int depth, const DeepOptions& options, Random& random) {
  Sequential net;
  int number = 0;
  const auto add = [&](auto layer) { net.add(std::to_string(number++), std::move(layer)); };
  Index channels = options.channels;
  for (std::size_t stage = 0; stage < widths.size(); ++stage) {
    const Index width = widths[stage] * options.model_width;
    for (int i = 0; i < stages(depth)[stage]; ++i, channels = width) {
      add(Conv2d(channels, width, 3, random, {.padding = 1}));
      add(BatchNorm(width, {.relu = true}));
      ++number;
    }
    add(MaxPool2d());
  }
  return net;
}

}  // namespace

Index vgg_features(const DeepOptions& options) {
  return widths.back() * options.model_width * (options.height / 32) * (options.width / 32);
}

std::unique_ptr<Sequential> vgg(int depth, const DeepOptions& options, Random& random) {
  require(options.height >= 32 && options.width >= 32 && options.channels >= 1, "vgg: images of ",
          options.height, " x ", options.width, " x ", options.channels,
          " are too small for its five poolings (at least 32 x 32 x 1)");
  require(options.model_width >= 1, "vgg: width ", options.model_width, " is less than 1");
  auto net = std::make_unique<Sequential>();
  net->add("features", features(depth, options, random));
  net->add("flatten", Flatten());
  add_features(*net, vgg_features(options), options, random);
  return net;
}

}  // namespace voronet
