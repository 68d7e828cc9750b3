#include <voronet/apps/attack/float_images.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

std::uint8_t byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

}  // namespace

Tensor tensor_of(std::span<const float> values, const data::Images& like) {
  require(std::ssize(values) == like.image_size(), "float images: ", values.size(),
          " values are no image of ", like.height, " x ", like.width, " x ", like.channels);
  return from({values.begin(), values.end()}, {1, like.height, like.width, like.channels});
}

data::Images rounded_image(const data::Images& like, std::span<const float> values) {
  data::Images image{1, like.height, like.width, like.channels, {}};
  for (const float value : values) image.pixels.push_back(byte(255.0 * value));
  return image;
}

data::Images magnified_change(const data::Images& before, const Perturbation& change) {
  constexpr double middle = 127.5;
  const Tensor clean = data::to_tensor(before);
  data::Images image{1, before.height, before.width, before.channels, {}};
  for (Index i = 0; i < before.image_size(); ++i) {
    const double difference = change.image[i] - clean.at(i);
    image.pixels.push_back(byte(middle + middle * (change.linf > 0 ? difference / change.linf : 0)));
  }
  return image;
}

}  // namespace voronet
