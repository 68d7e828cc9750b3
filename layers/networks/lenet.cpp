#include <voronet/layers/activation.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/networks/lenet.h>

namespace voronet {

std::unique_ptr<Sequential> lenet(const LeNetOptions& options, Random& random) {
  require(options.height >= 16 && options.width >= 16 && options.channels >= 1 && options.embedding >= 1,
          "lenet: images of ", options.height, " x ", options.width, " x ", options.channels, " with ",
          options.embedding, " features are not possible (at least 16 x 16 x 1, 1 feature)");
  const auto after_convolutions = [](Index size) { return ((size - 4) / 2 - 4) / 2; };
  auto net = std::make_unique<Sequential>();
  net->add("conv1", Conv2d(options.channels, 6, 5, random, {.max_pool = 2, .relu = true}));
  net->add("conv2", Conv2d(6, 16, 5, random, {.max_pool = 2, .relu = true}));
  net->add("flatten", Flatten());
  const Index flat = 16 * after_convolutions(options.height) * after_convolutions(options.width);
  net->add("fc1", Linear(flat, 120, random));
  net->add("relu3", ReLU());
  net->add("fc2", Linear(120, options.embedding, random));
  if (options.final_relu) net->add("relu4", ReLU());
  return net;
}

}  // namespace voronet
