// Models for attack tests whose weak pixels are known.
#pragma once

#include <voronet/attacks/predict.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

// The bytes of one image -> the confidence of each class; the class with the greatest is predicted.
using Confidences = std::function<std::vector<double>(std::span<const std::uint8_t>)>;

inline voronet::Predict hand_made(const Confidences& confidences) {
  return [confidences](const voronet::data::Images& images) {
    std::vector<double> all;
    std::vector<int> classes;
    for (voronet::Index i = 0; i < images.count; ++i) {
      const std::vector<double> one = confidences(images.image(i));
      classes.push_back(static_cast<int>(std::max_element(one.begin(), one.end()) - one.begin()));
      all.insert(all.end(), one.begin(), one.end());
    }
    const voronet::Shape shape{images.count, std::ssize(all) / images.count};
    const voronet::Tensor rows = voronet::from(all, shape, voronet::Dtype::f64);
    return voronet::Prediction{rows, rows, classes};
  };
}

// Class 1 wins where the byte at 5 is above 200; where the one at 3 is above 100 all is NaN, of which the
// first class is predicted.
inline voronet::Predict sometimes_nan() {
  return hand_made([](std::span<const std::uint8_t> bytes) {
    if (bytes[3] > 100) return std::vector<double>(3, std::numeric_limits<double>::quiet_NaN());
    const double wins = bytes[5] / 255.0;
    return std::vector<double>{0.6, 0.8 * wins, 0.1};
  });
}

inline voronet::data::Images plain_images(voronet::Index count, voronet::Index height, voronet::Index width,
                                          voronet::Index channels, std::uint8_t value) {
  return {count, height, width, channels,
          std::vector<std::uint8_t>(static_cast<std::size_t>(count * height * width * channels), value)};
}
