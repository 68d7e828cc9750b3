// Small classifiers with random parameters whose class one pixel often flips, for tests of proofs.
#pragma once

#include <voronet/attacks/attacked_model.h>

namespace voronet::test {

// LeNet for images of 16 x 16 x channels, whose inputs are stretched so that pixels weigh.
inline Classifier toy_lenet(const std::string& head, Index channels, std::uint64_t seed) {
  Random random(seed);
  ClassifierConfig config;
  config.model = "lenet";
  config.head = head;
  config.classes = 4;
  config.height = config.width = 16;
  config.channels = channels;
  config.mean = {0.5};
  config.deviation = {0.05};
  config.gauss.high = 1;
  return Classifier(config, random);
}

inline data::Images random_image(Index channels, std::uint64_t seed) {
  Random random(seed, 1);
  data::Images image{1, 16, 16, channels, {}};
  for (Index i = 0; i < image.image_size(); ++i)
    image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  return image;
}

}  // namespace voronet::test
