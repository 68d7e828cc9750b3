// Augmentation: in every epoch a network sees the training images a little differently.
#pragma once

#include <voronet/data/images.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace voronet::data {

struct Augmentation {
  // Random crop: an image is surrounded by so many black pixels (bytes of 0, before any normalisation, as in
  // PyTorch's usual recipe for CIFAR), and a window of its own size is cut out, each place as likely.
  Index pad = 0;
  bool flip = false;  // then half of the images are mirrored left to right

  bool operator==(const Augmentation&) const = default;  // in everything
};

// Throws Error unless pad is in 0..2^20.
void check_range(const Augmentation& how);

// By name: none, or crop-flip, the usual one for CIFAR (pad 4, flip).
std::vector<std::string> augmentation_names();
// Throws Error, listing them, when there is none of this name.
Augmentation augmentation(const std::string& name);

// The chosen images (see Images::select), each augmented by random numbers that depend on the seed, the epoch
// and its index alone: not on the others that are chosen, nor on their order. Throws Error on an index
// outside 0..count-1 and as check_range does.
Images augment(const Images& images, std::span<const Index> chosen, const Augmentation& how,
               std::uint64_t seed, std::uint32_t epoch);

}  // namespace voronet::data
