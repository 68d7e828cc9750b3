#include <voronet/apps/heat_map.h>
#include <voronet/core/error.h>

namespace voronet {

data::Images heat_map(const data::Images& image, const Census& census) {
  require(image.count == 1 && image.channels == 1, "heat map: a census is of one gray image");
  data::Images map{1, image.height, image.width, 3, {}};
  for (const std::uint8_t value : image.pixels)
    map.pixels.insert(map.pixels.end(), 3, static_cast<std::uint8_t>(value / 3));
  for (const WeakPixel& weak : census.weak_pixels) {
    const auto green = static_cast<std::uint8_t>((weak.adversarial - 1) * 240 / 254);
    const std::vector<PixelChange> change{{weak.row, weak.column, {}, {255, green, 0}}};
    apply(change, map.image(0), map.width);
  }
  return map;
}

}  // namespace voronet
