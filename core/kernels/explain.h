// What this build's kernels are, in words.
#pragma once

#include <voronet/core/kernels/convolution.h>

#include <string>

namespace voronet::kernels {

std::string width();  // "vectors of 512 bits", or "plain loops"

enum class Direction { forward, input_gradient, weight_gradient };

// Which kernel computes a convolution, in a word, and what decided it, in two or three.
struct Explanation {
  const char *kernel, *why;
};
Explanation explain(Direction direction, const Conv2dSizes& sizes);

}  // namespace voronet::kernels
