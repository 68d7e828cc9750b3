// Summary: what a network is made of, for people.
#pragma once

#include <voronet/layers/module.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace voronet {

// A layer: a module that has no others, or parameters of its own beside theirs.
struct LayerSummary {
  std::string name, kind;  // as in state(), and its class
  Shape output;            // for one image
  Index parameters = 0;    // its own
  // Products of the plain sums, for one image; nothing where Module::plan does not say what it computes.
  std::optional<Index> multiply_adds;
};

struct NetworkSummary {
  std::vector<LayerSummary> layers;  // in the order in which they run
  Index parameters = 0;              // of the network; those that layers share count once
  Index multiply_adds = 0;           // of the layers that say what they compute
};

// Of a network that takes images or features of this shape (or throws Error), run once, evaluating, on zeros.
NetworkSummary summary(Module& network, const Shape& image);

// A table, and a line with the totals: std::cout << summary(net, {28, 28, 1}).
std::ostream& operator<<(std::ostream& out, const NetworkSummary& summary);

}  // namespace voronet
