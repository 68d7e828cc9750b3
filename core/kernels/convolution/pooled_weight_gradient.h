// The weight gradient of a convolution whose output was max-pooled. Of each window only the pixel that was
// found has a gradient, so only its products are computed: one in window x window of those that the dense
// gradient would take.
#pragma once

#include <voronet/core/kernels/convolution_sizes.h>

#include <cstdint>

namespace voronet::kernels {

// weight (o, c, kh, kw) = the gradient for x (n, h, w, c) and y, the gradient of the pooled output, of which
// an image has `pooled` pixels: (n, pooled, o). positions, of y's shape, says where each was found, as
// max_pool2d does. Overwrites weight; the same bits for any number of threads.
template <class T>
void pooled_weight_gradient(const Conv2dSizes& sizes, Index pooled, const T* x, const T* y,
                            const std::int32_t* positions, T* weight);

}  // namespace voronet::kernels
