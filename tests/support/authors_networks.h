// The authors' LeNets and the test images that they were trained for, where this machine has both.
#pragma once

#include <voronet/data/datasets.h>
#include <voronet/layers/checkpoint.h>

#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "support/skip.h"
#include <doctest/doctest.h>

namespace voronet::test {

struct AuthorsNetworks {
  std::filesystem::path folder;  // of the checkpoints
  data::Dataset images;          // Fashion-MNIST's 10,000 test images

  std::filesystem::path path(const std::string& head) const {
    return folder / ("fashion-mnist-lenet-" + head + ".safetensors");
  }
  // Head: softmax or gauss.
  Classifier load(const std::string& head) const {
    return load_classifier(path(head), {{"model", "lenet"}, {"head", head}});
  }
  // The first n images as networks take them, and their labels.
  Tensor first(Index n, Dtype dtype) const {
    std::vector<Index> positions(static_cast<std::size_t>(n));
    std::iota(positions.begin(), positions.end(), 0);
    return data::to_tensor(images.images, positions, dtype);
  }
  std::vector<int> first_labels(Index n) const { return {images.labels.begin(), images.labels.begin() + n}; }
};

// None where they are not: the test is skipped then.
inline std::optional<AuthorsNetworks> authors_networks() {
  const std::filesystem::path checkpoints =
      std::filesystem::path(VORONET_SOURCE_DIR) / "../shared/checkpoints";
  const std::filesystem::path sets = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(checkpoints) || !std::filesystem::exists(sets)) {
    skipped("needs the authors' checkpoints in ../shared and Debian's dataset-fashion-mnist");
    return {};
  }
  return AuthorsNetworks{checkpoints, data::load(sets.string(), data::Split::test)};
}

}  // namespace voronet::test
