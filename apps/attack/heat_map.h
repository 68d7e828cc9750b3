// Pictures of where an image can be flipped by one pixel: of a census, and of a proof.
#pragma once

#include <voronet/attacks/attack_row.h>

namespace voronet {

// An RGB picture of the image's size. A weak pixel goes from red, for one adversarial value, to yellow, for
// all 255; the others show the gray image itself, darkened. Throws Error unless it is one gray image that
// holds all weak pixels.
data::Images heat_map(const data::Images& image, const Census& census);

// The same of a proof: pixels that bounds alone did not rule out are blue; those with real values that are
// proven to flip the class, red to yellow by the share of them. Of colour images the mean is shown.
data::Images heat_map(const data::Images& image, const Proof& proof);

}  // namespace voronet
