// Where a decision looks: a pixel of an image, or several.
#pragma once

#include <voronet/attacks/pixel/pixel_queries.h>

#include <cstdint>
#include <string>
#include <vector>

namespace voronet {

// Positions of different pixels, row * width + column, in ascending order.
using Place = std::vector<Index>;

// "pixel (1, 2)", or "pixel (1, 2) and (3, 4)".
std::string name_of(const Place& place, Index width);

// What the image has there: a byte for each channel of each pixel.
std::vector<std::uint8_t> own_colour(const data::Images& image, const Place& place);

// Changes of the place to these colours, a byte for each channel of each pixel.
PixelCandidates changes_at(const data::Images& image, const Place& place, std::vector<std::uint8_t> colours);

// All colours of the place whose channels are 0 or 255, but the image's own.
std::vector<std::uint8_t> corners_at(const data::Images& image, const Place& place);

}  // namespace voronet
