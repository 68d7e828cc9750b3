// Figures of networks that were proved (proven_network.h), as HTML for a page; a figure a network, side by
// side.
#pragma once

#include <voronet/apps/prove/proven_network.h>

#include <string>
#include <vector>

namespace voronet {

using ProvenNetworks = std::vector<ProvenNetwork>;

// Of points in a plane, this plane. Of features, d = 2: all of feature space. More: the plane through the
// three centroids that are nearest together, where the cells are exact, unless they lie in a space each
// (DUQ); and the principal plane of the features.
std::string plane_figures(ProvenNetworks& networks, const std::vector<std::string>& class_names);

// How far the features are from their own centroid, and from the nearest other one.
std::string distance_figures(const ProvenNetworks& networks);

// The confidence along the rays from the origin through the features, on average: at s times the feature.
std::string ray_figure(ProvenNetworks& networks);

}  // namespace voronet
