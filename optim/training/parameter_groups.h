// What an optimiser needs to know of a module's parameters.
#pragma once

#include <voronet/layers/module.h>
#include <voronet/optim/optimizer.h>

#include <vector>

namespace voronet {

// A group for each parameter, in the order of parameters(), with its bounds, as of a Gauss head's gamma.
inline std::vector<ParameterGroup> parameter_groups(Module& module, double weight_decay = 0) {
  std::vector<ParameterGroup> groups;
  for (const auto& [name, tensor, bounds] : module.state().parameters)
    groups.push_back({.parameters = {*tensor}, .weight_decay = weight_decay, .bounds = bounds});
  return groups;
}

}  // namespace voronet
