// What parameters start from.
#pragma once

#include <voronet/core/random.h>
#include <voronet/core/tensor.h>

namespace voronet {

// A trainable tensor, uniform in +-1/sqrt(fan_in): what PyTorch's layers start from. fan_in, the number of
// inputs that each output sees, is at least 1; throws Error otherwise.
Tensor fan_in_uniform(Shape shape, Index fan_in, Random& random);

}  // namespace voronet
