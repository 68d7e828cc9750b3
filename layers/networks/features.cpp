#include <voronet/layers/activation.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/networks/features.h>

namespace voronet {

void add_features(Sequential& net, Index own, const DeepOptions& options, Random& random) {
  require(options.embedding >= 0, "embedding: ", options.embedding, " features are not possible");
  if (options.embedding == 0 || options.embedding == own) return;
  net.add("fc", Linear(own, options.embedding, random));
  if (options.final_relu) net.add("relu", ReLU());
}

}  // namespace voronet
