// Bounds of the values of one gray pixel: which of them flip the class.
#pragma once

#include <voronet/attacks/proof/box_bounds.h>
#include <voronet/attacks/proof/box_search.h>

#include <cstdint>

namespace voronet {

// What search_boxes says of a single channel, of which there are few values: a bounded box (a range of
// values) is looked at value by value, and of those that its noise or its rounding leaves undecided each run
// is bounded anew. bounds: of the pixel, which has the value `own` itself.
BoxSearch search_values(BoxBounds& bounds, std::uint8_t own, const BoxLimits& limits);

}  // namespace voronet
