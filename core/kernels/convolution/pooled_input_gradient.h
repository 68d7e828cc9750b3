// The input gradient of a convolution whose output was max-pooled: products for the pixels that were found
// alone, as in pooled_weight_gradient.h.
#pragma once

#include <voronet/core/kernels/convolution_sizes.h>

#include <cstdint>

namespace voronet::kernels {

// x (n, h, w, c) = the gradient for weight (o, c, kh, kw) and y, the gradient of the pooled output, of which
// an image has `pooled` pixels: (n, pooled, o). positions, of y's shape, says where each was found, as
// max_pool2d does. output, unless null, is the pooled output behind ReLU: where it is 0 there is no gradient,
// whatever y says, and no product is taken. Overwrites x; the same bits for any number of threads.
template <class T>
void pooled_input_gradient(const Conv2dSizes& sizes, Index pooled, const T* y, const T* output,
                           const std::int32_t* positions, const T* weight, T* x);

}  // namespace voronet::kernels
