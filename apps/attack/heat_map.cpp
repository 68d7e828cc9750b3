#include <voronet/apps/attack/heat_map.h>
#include <voronet/core/error.h>

#include <algorithm>
#include <map>

namespace voronet {
namespace {

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

data::Images heat_map(const data::Images& image, const Census& census) {
  require(image.channels == 1, "heat map: a census is of one gray image");
  data::Images map = darkened(image);
  for (const WeakPixel& weak : census.weak_pixels)
    paint(map, weak.row, weak.column,
          {255, static_cast<std::uint8_t>((weak.adversarial - 1) * 240 / 254), 0});
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
