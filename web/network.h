// A network of the page.
#pragma once

#include <voronet/attacks/proof/provable_network.h>
#include <voronet/layers/classifier.h>

#include <memory>

namespace voronet::web {

struct Network {
  Classifier classifier;
  std::shared_ptr<const ProvableNetwork> provable = nullptr;  // made when it is asked for
};

}  // namespace voronet::web
