// Tables of what was found out about networks that were proved: a row a quantity, a column a network.
#pragma once

#include <voronet/apps/prove/figures.h>
#include <voronet/apps/text/table.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace voronet {

struct Quantity {
  std::string name;  // plain text
  std::function<std::string(const ProvenNetwork&)> value;
};
using Quantities = std::vector<Quantity>;

// The header, with this name before the networks', and the rows.
std::pair<Cells, Rows> quantity_cells(const std::string& name, const ProvenNetworks& networks,
                                      const Quantities& rows);
// As HTML.
std::string quantities(const ProvenNetworks& networks, const Quantities& rows);

// The first numbers that one asks for, in ASCII, so that terminals can have them too.
Quantities headline_quantities();

// Of softmax networks alone, as HTML, or that there is none: their centroids; k-means; cross-entropy.
std::string centroid_table(const ProvenNetworks& networks);
std::string k_means_table(const ProvenNetworks& networks);
std::string cross_entropy_table(const ProvenNetworks& networks);

// As HTML: Lipschitz bounds, and layer by layer; certificates.
std::string lipschitz_tables(const ProvenNetworks& networks);
std::string certificate_table(const ProvenNetworks& networks);

}  // namespace voronet
