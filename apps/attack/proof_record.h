// Proofs as JSON.
#pragma once

#include <voronet/attacks/proof/proof.h>

#include <nlohmann/json.hpp>

namespace voronet {

using Json = nlohmann::ordered_json;

Json to_json(const Proof& proof);
// Throws nlohmann's exceptions on anything else.
Proof proof_from_json(const Json& json);

}  // namespace voronet
