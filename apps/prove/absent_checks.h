// What `voronet prove` leaves out of a network because its last layer is not what a theorem is about.
#pragma once

#include <voronet/apps/prove/proven_network.h>

#include <string>
#include <vector>

namespace voronet {

// Plain text, to be read as "WHAT: WHY." Checks are called by their names (theory/check.h).
struct AbsentCheck {
  std::string what, why;
};

// Of a network that was proved. What its head has nothing to say about is not there, rather than passed.
std::vector<AbsentCheck> absent_checks(const ProvenNetwork& network);

}  // namespace voronet
