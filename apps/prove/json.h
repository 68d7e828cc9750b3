// What `voronet prove` found, as JSON: prove.json.
#pragma once

#include <voronet/apps/prove/check_table.h>
#include <voronet/apps/prove/proven_network.h>
#include <voronet/apps/prove/sections.h>

#include <nlohmann/json.hpp>

namespace voronet {

// The checks (check_json) and, under "networks", each network's name and quantities.
nlohmann::ordered_json prove_json(const CheckGroups& groups, const ProvenNetworks& networks);

}  // namespace voronet
