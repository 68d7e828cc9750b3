#include <voronet/layers/activation.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/networks/features.h>

namespace voronet {

void add_features(Sequential& net, Index own, Index embedding, bool final_relu, Random& random) {
  require(embedding >= 0, "embedding: ", embedding, " features are not possible");
  if (embedding == 0 || embedding == own) return;
  net.add("fc", Linear(own, embedding, random));
  if (final_relu) net.add("relu", ReLU());
}

}  // namespace voronet
