// Images that an attack made, ours or another tool's, as other tools read and write them.
#pragma once

#include <voronet/attacks/attack_all.h>

#include <filesystem>
#include <optional>
#include <vector>

namespace voronet {

// Writes the flips of a run into its folder, in which their pictures lie, if there are any, as
// adversarial.npz and adversarial.safetensors, both with the arrays
//   images   (n, h, w, c): of pixel attacks bytes, which are divided by 255 in safetensors, which has floats
//            alone; of gradient attacks floats in [0, 1]
//   indices  (n) of the originals in the data set
//   labels   (n) of the originals
//   targets  (n), -1 for none
void write_adversarial_images(const std::filesystem::path& folder, const AttackRun& run);

struct AdversarialImages {
  Tensor images;                           // (n, h, w, c), f32: floats as they are, bytes divided by 255
  std::vector<Index> indices;              // of the original of each
  std::vector<std::optional<int>> labels;  // of the originals, where they are said
  std::vector<std::optional<int>> targets;
};

// Such a file, of which only images must be there: without indices they are those of the data set's first
// images, in its order. Images may also be (n, c, h, w), and of gray ones (n, h, w); `image` is (h, w, c). Or
// a folder of .png files, each with the index as the first number in its name: 00017.png. Throws Error,
// naming file or folder.
AdversarialImages read_adversarial_images(const std::filesystem::path& path, const Shape& image);

}  // namespace voronet
