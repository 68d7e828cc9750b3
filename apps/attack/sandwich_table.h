// What bounds a network's robustness from both sides, as a table: see attacks/proof/sandwich.h.
#pragma once

#include <voronet/apps/attack/record.h>
#include <voronet/attacks/proof/sandwich.h>

#include <string>
#include <vector>

namespace voronet {

struct NetworkSandwich {
  std::string network;
  Sandwich layers;
  Index images = 0;  // of the attacks' range, wrongly classified ones included; 0 where it is not known
};

// Of each network with a proof and, beside it, a one-pixel search or the exhaustive one. Attacks by
// gradients, on more pixels, with targets, or that end with a flip of any confidence, are left out: they are
// of another domain, or count other successes. Throws Error as sandwich does.
std::vector<NetworkSandwich> sandwiches_of(const AttackSeries& series);

// For a terminal, with a line that says how to read it; "" without any.
std::string sandwich_table(const std::vector<NetworkSandwich>& sandwiches);
// The same as a part of a page.
std::string sandwich_html(const std::vector<NetworkSandwich>& sandwiches);

// {"network", "found", "exact", "not_certified": [...]}: each layer with its methods and rates; "range_size".
void to_json(Json& json, const NetworkSandwich& sandwich);

}  // namespace voronet
