// Which kernel computes a convolution of given sizes: one table of rules, found by measuring; `voronet
// bench --explain` prints what it says of the networks' convolutions.
#pragma once

#include <voronet/core/kernels/convolution_sizes.h>

namespace voronet::kernels {

enum class Direction { forward, input_gradient, weight_gradient };
enum class ConvolutionKernel { direct, pixel_major, winograd, columns };

ConvolutionKernel choose(Direction direction, const Conv2dSizes& sizes);
// What decided it, in a word or two: "wide 3x3", "few channels", "tiny map", ...
const char* why(Direction direction, const Conv2dSizes& sizes);

const char* name_of(Direction direction);
const char* name_of(ConvolutionKernel kernel);

}  // namespace voronet::kernels
