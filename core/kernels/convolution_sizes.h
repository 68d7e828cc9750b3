// The sizes of one two-dimensional convolution.
#pragma once

#include <voronet/core/shape.h>

namespace voronet::kernels {

// Input (n, h, w, c), weight (o, c, kh, kw), output (n, out_h(), out_w(), o). The kernel is no larger than
// the padded image.
struct Conv2dSizes {
  Index n, h, w, c;
  Index o, kh, kw;
  Index stride, padding;

  Index out_h() const { return (h + 2 * padding - kh) / stride + 1; }
  Index out_w() const { return (w + 2 * padding - kw) / stride + 1; }
};

}  // namespace voronet::kernels
