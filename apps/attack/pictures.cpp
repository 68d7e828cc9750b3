#include <voronet/apps/attack/pictures.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <sstream>

namespace voronet {
namespace {

std::uint8_t byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

// The mean of the channels, at a third of its brightness.
data::Images darkened(const data::Images& image) {
  require(image.count == 1, "heat map: of one image, not ", image.count);
  data::Images map{1, image.height, image.width, 3, {}};
  for (Index first = 0; first < image.image_size(); first += image.channels) {
    int sum = 0;
    for (Index k = 0; k < image.channels; ++k) sum += image.pixels[first + k];
    map.pixels.insert(map.pixels.end(), 3, static_cast<std::uint8_t>(sum / (3 * image.channels)));
  }
  return map;
}

void paint(data::Images& map, Index row, Index column, std::vector<std::uint8_t> colour) {
  const std::vector<PixelChange> change{{row, column, {}, std::move(colour)}};
  apply(change, map.image(0), map.width);
}

}  // namespace

std::filesystem::path picture(const std::filesystem::path& folder, const AttackRow& row,
                              const std::string& kind) {
  std::ostringstream name;
  name << std::setw(5) << std::setfill('0') << row.index << '-' << kind;
  if (row.target && kind != "before") name << "-as-" << *row.target;
  return folder / "images" / (name.str() + ".png");
}

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

data::Images heat_map(const data::Images& image, const Census& census) {
  data::Images map = darkened(image);
  const double all = std::pow(256.0, image.channels) - 1;
  for (const WeakPixel& weak : census.weak_pixels)
    paint(map, weak.row, weak.column,
          {255, static_cast<std::uint8_t>(240 * static_cast<double>(weak.adversarial - 1) / (all - 1)), 0});
  return map;
}

data::Images heat_map(const data::Images& image, const Proof& proof) {
  data::Images map = darkened(image);
  for (const OpenPixel& pixel : proof.open) paint(map, pixel.row, pixel.column, {40, 90, 255});
  std::map<std::pair<Index, Index>, double> shares;
  for (const FlipRange& range : proof.ranges)
    if (range.flip == Claim::yes) shares[{range.row, range.column}] += range.to - range.from;
  for (const auto& [pixel, share] : shares)
    paint(map, pixel.first, pixel.second, {255, static_cast<std::uint8_t>(240 * std::min(share, 1.0)), 0});
  return map;
}

}  // namespace voronet
