// A small labelled data set that a network learns in seconds: a bright half whose place is the class.
#pragma once

#include <voronet/core/random.h>
#include <voronet/data/images.h>

namespace voronet::test {

// n gray images of 16 x 16 of noise: class 0 is bright in its left half, 1 in its upper half, 2 in its lower
// right.
inline data::Dataset toy_data(Index n, std::uint64_t seed = 1) {
  constexpr Index side = 16;
  Random random(seed);
  data::Dataset toy;
  toy.name = "toy";
  toy.classes = 3;
  toy.class_names = {"left", "upper", "lower right"};
  toy.images.count = n;
  toy.images.height = toy.images.width = side;
  toy.images.channels = 1;
  for (Index i = 0; i < n; ++i) {
    const int label = static_cast<int>(i % 3);
    for (Index row = 0; row < side; ++row)
      for (Index column = 0; column < side; ++column) {
        const bool bright = label == 0 ? column < 8 : label == 1 ? row < 8 : row >= 8 && column >= 8;
        toy.images.pixels.push_back(static_cast<std::uint8_t>(random.below(80) + (bright ? 150 : 0)));
      }
    toy.labels.push_back(label);
  }
  return toy;
}

// The same with images of ten classes at its end, as files of digits have them: heads that count need one of
// each.
inline data::Dataset toy_data_of_ten_classes(Index n, std::uint64_t seed = 1) {
  data::Dataset toy = toy_data(n, seed);
  for (std::size_t i = toy.labels.size() - 50; i < toy.labels.size(); ++i)
    toy.labels[i] = static_cast<int>(i % 10);
  return toy;
}

}  // namespace voronet::test
