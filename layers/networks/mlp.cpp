#include <voronet/layers/activation.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/networks/mlp.h>

#include <algorithm>

namespace voronet {

std::unique_ptr<Sequential> mlp(const MlpOptions& options, Random& random) {
  const auto& [input, width, depth, embedding, final_relu] = options;
  require(input.size() >= 1 && std::min({width, depth, embedding}) >= 1, "mlp: inputs ", input, ", ", depth,
          " layers of width ", width, " and ", embedding, " features are not possible (at least 1 of each)");
  auto net = std::make_unique<Sequential>();
  if (input.rank() > 1) net->add("flatten", Flatten());
  Index in = input.size();
  for (Index layer = 1; layer <= depth; ++layer) {
    net->add(text("fc", layer), Linear(in, width, random));
    net->add(text("relu", layer), ReLU());
    in = width;
  }
  net->add(text("fc", depth + 1), Linear(in, embedding, random));
  if (final_relu) net->add(text("relu", depth + 1), ReLU());
  return net;
}

}  // namespace voronet
