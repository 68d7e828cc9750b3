// A rectangle cut from an image, with zeros where it reaches over the border.
#pragma once

#include <voronet/core/shape.h>

#include <algorithm>

namespace voronet::kernels {

struct Rectangle {
  Index top, left, height, width;  // may start before the image and end behind it
};

// image (h, w, c) -> out (height, width, c).
template <class T>
void copy_padded(const T* image, Index h, Index w, Index c, const Rectangle& r, T* out) {
  const Index first = std::clamp<Index>(-r.left, 0, r.width);        // column of out where the image begins
  const Index last = std::clamp<Index>(w - r.left, first, r.width);  // and where it ends
  for (Index i = 0; i < r.height; ++i, out += r.width * c) {
    const Index row = r.top + i;
    if (row < 0 || row >= h || first == last) {
      std::fill_n(out, r.width * c, T(0));
      continue;
    }
    std::fill_n(out, first * c, T(0));
    std::copy_n(image + (row * w + r.left + first) * c, (last - first) * c, out + first * c);
    std::fill_n(out + last * c, (r.width - last) * c, T(0));
  }
}

}  // namespace voronet::kernels
