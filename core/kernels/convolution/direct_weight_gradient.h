// The weight gradient of a convolution without an intermediate matrix: a register block of neighbouring taps
// x output channels runs over all output pixels of an image.
#pragma once

#include <voronet/core/kernels/convolution.h>

namespace voronet::kernels {

// As conv2d_weight_gradient (convolution.h).
template <class T>
void direct_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);

}  // namespace voronet::kernels
