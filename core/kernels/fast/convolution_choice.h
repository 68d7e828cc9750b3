// Which kernel computes a convolution of given sizes: one table of rules, found by measuring; `voronet bench
// --explain` prints what it says of the networks' convolutions.
#pragma once

#include <voronet/core/kernels/explain.h>

namespace voronet::kernels {

enum class ConvolutionKernel { direct, pixel_major, winograd, columns };

ConvolutionKernel choose(Direction direction, const Conv2dSizes& sizes);

}  // namespace voronet::kernels
