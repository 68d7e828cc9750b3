// What `voronet prove` found, as JSON: prove.json.
#pragma once

#include <voronet/apps/prove/check_table.h>
#include <voronet/apps/prove/figures.h>

namespace voronet {

// The program and the md5 of the data's content, the checks (check_json) and, under "networks", each
// network's name and quantities. The same for any number of threads and ranks.
Json prove_json(const CheckGroups& groups, const ProvenNetworks& networks, const data::Dataset& data);

}  // namespace voronet
