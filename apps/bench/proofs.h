// What `voronet bench` measures of `voronet prove`: images a second.
#pragma once

#include <voronet/apps/bench/case.h>

#include <vector>

namespace voronet {

// lenet_prove: all that the command computes of a LeNet of networks.h, with fresh parameters, on images
// of noise, and as many random layers.
std::vector<BenchCase> proof_cases();

}  // namespace voronet
