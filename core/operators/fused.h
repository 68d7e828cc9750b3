// Operators in one pass over memory that others compose to the same result.
#pragma once

#include <voronet/core/operators/convolution.h>

namespace voronet {

// What follows a convolution in most networks, done while its output is still in the cache.
struct Conv2dTail {
  Index max_pool = 1;  // side and stride of the windows; 1: none
  bool relu = false;
};

// relu(max_pool2d(conv2d(x, weight) + bias)); bias (o) may be undefined. Keeps x, weight, what pooling chose
// and, with ReLU, the output, but not the convolution's. Throws Error as conv2d and max_pool2d do.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, Conv2dOptions options,
              Conv2dTail tail = {});

}  // namespace voronet
