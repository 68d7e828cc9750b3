// The end of a deep embedding: from a network's own features to as many as are asked for.
#pragma once

#include <voronet/layers/sequential.h>

namespace voronet {

// Adds a linear layer "fc" from `own` features to `embedding`, and ReLU if `final_relu`, unless embedding is
// 0 or the network's own number. Throws Error for a negative embedding.
void add_features(Sequential& net, Index own, Index embedding, bool final_relu, Random& random);

}  // namespace voronet
