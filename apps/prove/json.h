// What `voronet prove` found, as JSON: prove.json.
#pragma once

#include <voronet/apps/prove/check_table.h>
#include <voronet/apps/prove/figures.h>

namespace voronet {

// The checks (check_json) and, under "networks", each network's name and quantities.
Json prove_json(const CheckGroups& groups, const ProvenNetworks& networks);

}  // namespace voronet
