// The input gradient of a convolution with few input channels, by columns (col2im): for each output pixel one
// matrix product gives what it sends to all taps of its window, which are then added to the image. Vectors
// run over taps x channels, so few channels leave no lanes empty.
#pragma once

#include <voronet/core/kernels/convolution_sizes.h>

namespace voronet::kernels {

// As conv2d_input_gradient (convolution.h).
template <class T>
void column_input_gradient(const Conv2dSizes& sizes, const T* y, const T* weight, T* x);

}  // namespace voronet::kernels
