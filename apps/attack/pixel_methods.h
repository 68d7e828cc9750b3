// Methods of `voronet attack` that change a few pixels of an 8-bit image.
#pragma once

#include <voronet/apps/attack/methods.h>

namespace voronet {

// one-pixel, exhaustive, corners, sparse-rs.
void add_pixel_methods(MethodTable& table);

}  // namespace voronet
