// The page of `voronet prove`: each theorem with its proof in short, what came out for the networks, and all
// checks.
#pragma once

#include <voronet/apps/prove/check_table.h>
#include <voronet/apps/prove/figures.h>

#include <string>
#include <vector>

namespace voronet {

// `groups`: the checks of random layers and of the networks. Class names in the order of the labels.
std::string prove_page(ProvenNetworks& networks, const CheckGroups& groups, const data::Dataset& data);

}  // namespace voronet
