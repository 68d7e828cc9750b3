// A run of images of a data set, by their numbers.
#pragma once

#include <voronet/core/shape.h>

namespace voronet::data {

// first, first + 1, ..., last - 1: as Python's range() and slices, so that 0..1000 are the first thousand.
struct ImageRange {
  Index first = 0, last = 0;

  Index size() const { return last - first; }  // how many
  // Whether the image of this number is one of them.
  bool contains(Index image) const { return first <= image && image < last; }

  friend bool operator==(const ImageRange&, const ImageRange&) = default;
};

}  // namespace voronet::data
