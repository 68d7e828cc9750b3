// What `voronet prove` says of networks that were proved (proven_network.h): the page, with each theorem, its
// proof in short and what came out; its figures and tables; the same numbers as JSON.
#pragma once

#include <voronet/apps/prove/check_table.h>
#include <voronet/apps/prove/proven_network.h>
#include <voronet/apps/text/table.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace voronet {

using ProvenNetworks = std::vector<ProvenNetwork>;

// `groups`: the checks of random layers and of the networks. Class names in the order of the labels.
std::string prove_page(ProvenNetworks& networks, const CheckGroups& groups, const data::Dataset& data);

// Of points in a plane, this plane. Of features, d = 2: all of feature space. More: the plane through the
// three centroids that are nearest together, where the cells are exact, unless they lie in a space each
// (DUQ); and the principal plane of the features.
std::string plane_figures(ProvenNetworks& networks, const std::vector<std::string>& class_names);

// How far the features are from their own centroid, and from the nearest other one.
std::string distance_figures(const ProvenNetworks& networks);

// The confidence along the rays from the origin through the features, on average: at s times the feature.
std::string ray_figure(ProvenNetworks& networks);

// The program and the md5 of the data's content, the checks (check_json) and, under "networks", each
// network's name and quantities. The same for any number of threads and ranks.
Json prove_json(const CheckGroups& groups, const ProvenNetworks& networks, const data::Dataset& data);

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

// Plain text, to be read as "WHAT: WHY." Checks are called by their names (theory/check.h).
struct AbsentCheck {
  std::string what, why;
};

// Of a network that was proved. What its head has nothing to say about is not there, rather than passed.
std::vector<AbsentCheck> absent_checks(const ProvenNetwork& network);

}  // namespace voronet
