// Methods of `voronet attack` that prove, rather than search.
#pragma once

#include <voronet/apps/attack/methods.h>

namespace voronet {

// certify, line.
void add_proof_methods(MethodTable& table);

}  // namespace voronet
