// A network for tests of gradient attacks: LeNet with random parameters, and random pictures with the classes
// that it gives them.
#pragma once

#include <voronet/attacks/attack_row.h>
#include <voronet/core/operators.h>
#include <voronet/layers/classifier.h>

#include <vector>

struct AttackedLenet {
  explicit AttackedLenet(const std::string& head = "softmax", voronet::Index count = 20)
      : random(7),
        network(
            [&] {
              voronet::ClassifierConfig config;
              config.head = head;
              config.final_relu = false;
              config.gauss = {.gamma = 0.1, .low = -1, .high = 1};
              return config;
            }(),
            random),
        images{count, 28, 28, 1, {}} {
    for (voronet::Index i = 0; i < count * 28 * 28; ++i)
      images.pixels.push_back(static_cast<std::uint8_t>(random.below(4) == 0 ? random.below(256) : 0));
    // Larger than they start, so that the pictures' classes differ and change within reach.
    for (const voronet::Tensor& weight : network.parameters())
      if (weight.rank() >= 2) weight.assign(3.0 * weight.detach());
    const auto classes = network.predict(voronet::data::to_tensor(images)).classes;
    for (voronet::Index i = 0; i < count; ++i) jobs.push_back({i, classes[i], {}});
  }

  voronet::Random random;
  voronet::Classifier network;
  voronet::data::Images images;
  std::vector<voronet::AttackJob> jobs;
};
