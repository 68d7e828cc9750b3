#include <voronet/attacks/proof/places.h>

namespace voronet {

std::string name_of(const Place& place, Index width) {
  std::string name = "pixel ";
  for (const Index position : place)
    name += text(position == place.front() ? "(" : " and (", position / width, ", ", position % width, ")");
  return name;
}

std::vector<std::uint8_t> own_colour(const data::Images& image, const Place& place) {
  std::vector<std::uint8_t> colour;
  for (const Index position : place)
    for (Index c = 0; c < image.channels; ++c) colour.push_back(image.pixels[position * image.channels + c]);
  return colour;
}

PixelCandidates changes_at(const data::Images& image, const Place& place, std::vector<std::uint8_t> colours) {
  const Index pixels = std::ssize(place), count = std::ssize(colours) / (pixels * image.channels);
  PixelCandidates changes{.pixels = pixels, .positions = {}, .values = std::move(colours)};
  for (Index i = 0; i < count; ++i)
    changes.positions.insert(changes.positions.end(), place.begin(), place.end());
  return changes;
}

std::vector<std::uint8_t> corners_at(const data::Images& image, const Place& place) {
  const std::vector<std::uint8_t> own = own_colour(image, place);
  std::vector<std::uint8_t> corners;
  for (unsigned bits = 0; bits < 1U << own.size(); ++bits) {
    std::vector<std::uint8_t> corner;
    for (std::size_t k = 0; k < own.size(); ++k) corner.push_back((bits >> k & 1U) == 1 ? 255 : 0);
    if (corner != own) corners.insert(corners.end(), corner.begin(), corner.end());
  }
  return corners;
}

}  // namespace voronet
