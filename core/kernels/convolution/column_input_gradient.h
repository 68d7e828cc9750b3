// The input gradient of a convolution with few input channels, by columns (col2im): for each row of x one
// matrix product gives what every pixel of y sends to the taps that meet the row, summed over the rows of the
// window; then each pixel of x adds up its own. Vectors run over taps x channels, so few channels leave no
// lanes empty.
#pragma once

#include <voronet/core/kernels/convolution_sizes.h>

namespace voronet::kernels {

// As conv2d_input_gradient (convolution.h).
template <class T>
void column_input_gradient(const Conv2dSizes& sizes, const T* y, const T* weight, T* x);

}  // namespace voronet::kernels
