// What `voronet bench` measures of attacks: how many questions a second, items here, pixel searches ask.
#pragma once

#include <voronet/apps/bench/case.h>

#include <vector>

namespace voronet {

// On networks with fresh parameters, about images of noise. lenet_exhaustive: LeNet with 10 features, as the
// authors of arXiv 2001.01987 attacked it; the census of all values of all pixels
// (attacks/pixel/exhaustive.h) of four images, all that a search does included. resnet18_delta: ResNet18 of
// networks.h; random values of random pixels of one image, 1024 at a time, as sampling searches ask for
// them (attacks/pixel/pixel_queries.h).
std::vector<BenchCase> attack_cases();

}  // namespace voronet
