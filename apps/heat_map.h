// The picture of a census: where an image can be flipped by one pixel, and by how many values.
#pragma once

#include <voronet/attacks/attack_row.h>

namespace voronet {

// An RGB picture of the image's size. A weak pixel goes from red, for one adversarial value, to yellow, for
// all 255; the others show the gray image itself, darkened. Throws Error unless it is one gray image that
// holds all weak pixels.
data::Images heat_map(const data::Images& image, const Census& census);

}  // namespace voronet
