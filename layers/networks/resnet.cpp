#include <voronet/layers/networks/residual_block.h>
#include <voronet/layers/networks/resnet.h>
#include <voronet/layers/pooling.h>

#include <array>
#include <map>

namespace voronet {
namespace {

struct Plan {
  std::array<int, 4> blocks;  // of each stage
  bool bottleneck;
};

const Plan& plan(int depth) {
  static const std::map<int, Plan> plans = {{18, {{2, 2, 2, 2}, false}},
                                            {34, {{3, 4, 6, 3}, false}},
                                            {50, {{3, 4, 6, 3}, true}},
                                            {101, {{3, 4, 23, 3}, true}}};
  const auto found = plans.find(depth);
  require(found != plans.end(), "resnet: no network of depth ", depth, "; there are 18, 34, 50 and 101");
  return found->second;
}

}  // namespace

Index resnet_features(int depth, Index model_width) {
  return (plan(depth).bottleneck ? 32 : 8) * model_width;
}

std::unique_ptr<Sequential> resnet(int depth, const DeepOptions& options, Random& random) {
  const auto& [blocks, bottleneck] = plan(depth);
  require(options.height >= 8 && options.width >= 8 && options.channels >= 1, "resnet: images of ",
          options.height, " x ", options.width, " x ", options.channels,
          " are too small for its strides (at least 8 x 8 x 1)");
  require(options.model_width >= 1, "resnet: width ", options.model_width, " is less than 1");
  auto net = std::make_unique<Sequential>();
  Index channels = options.model_width;
  net->add("conv1", Conv2d(options.channels, channels, 3, random, {.padding = 1, .bias = false}));
  net->add("bn1", BatchNorm(channels, {.relu = true}));
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    Sequential layer;
    const Index width = options.model_width << stage;
    for (int block = 0; block < blocks[stage]; ++block) {
      const Index stride = stage > 0 && block == 0 ? 2 : 1;
      if (bottleneck)
        layer.add(Bottleneck(channels, width, stride, random));
      else
        layer.add(BasicBlock(channels, width, stride, random));
      channels = bottleneck ? 4 * width : width;
    }
    net->add("layer" + std::to_string(stage + 1), std::move(layer));
  }
  net->add("pool", GlobalAvgPool2d());
  add_features(*net, channels, options, random);
  return net;
}

}  // namespace voronet
