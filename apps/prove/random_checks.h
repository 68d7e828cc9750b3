// The checks of `voronet prove` that need no network: of random layers, heads and small networks.
#pragma once

#include <voronet/apps/cli/progress.h>
#include <voronet/theory/check.h>

#include <cstdint>

namespace voronet {

// `draws` >= 1 of each kind. The same seed gives the same draws. Throws Error when interrupted.
Checks random_checks(Index draws, std::uint64_t seed, Screen screen);

}  // namespace voronet
