// Sections of the page of `voronet prove`: a theorem, its proof in short, and what came out for the networks.
// Each function returns HTML.
#pragma once

#include <voronet/apps/prove/figures.h>

namespace voronet {

// A heading, a boxed statement and its proof; `statement` and `proof` are HTML.
std::string theorem(const std::string& heading, const std::string& statement, const std::string& proof);

// A table with a row for each quantity and a column for each network.
struct Quantity {
  std::string name;  // plain text
  std::function<std::string(const ProvenNetwork&)> value;
};
std::string quantities(const ProvenNetworks& networks, const std::vector<Quantity>& rows);
// Its header, with this name before the networks', and its rows.
using Cells = std::vector<std::string>;
std::pair<Cells, std::vector<Cells>> quantity_cells(const std::string& name, const ProvenNetworks& networks,
                                                    const std::vector<Quantity>& rows);

// The first numbers that one asks for, in ASCII, so that terminals can have them too.
std::vector<Quantity> headline_quantities();

// Centroids (arXiv 2001.01987): softmax as nearest centroid, with its figures; k-means; cross-entropy.
std::string nearest_centroid_section(ProvenNetworks& networks, const std::vector<std::string>& class_names);
std::string k_means_section(const ProvenNetworks& networks);
std::string cross_entropy_section(const ProvenNetworks& networks);

// Lipschitz bounds: scatter, the confidence's slope, certificates.
std::string lipschitz_section(const ProvenNetworks& networks);
std::string confidence_section(ProvenNetworks& networks);
std::string certificate_section(const ProvenNetworks& networks);

}  // namespace voronet
