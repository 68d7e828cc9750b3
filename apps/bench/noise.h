// Images of noise, for measurements of what takes bytes.
#pragma once

#include <voronet/core/random.h>
#include <voronet/data/images.h>

namespace voronet {

// n images of the shape (h, w, c).
data::Images noise(Index n, const Shape& image, Random& random);

}  // namespace voronet
