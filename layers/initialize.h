// What parameters start from: trainable tensors with random values.
#pragma once

#include <voronet/core/random.h>
#include <voronet/core/tensor.h>

namespace voronet {

// Uniform in +-1/sqrt(fan_in): what PyTorch's layers start from. fan_in, the number of inputs that each
// output sees, is at least 1; throws Error otherwise.
Tensor fan_in_uniform(Shape shape, Index fan_in, Random& random);

// For weights (out, in, ...), of which each output sees in times the further sizes, and each input is seen by
// out times these. Throw Error for fewer than two dimensions, and for no inputs or outputs.
//
// He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", ICCV 2015: deviation sqrt(2 / inputs), for ReLU.
Tensor kaiming_normal(const Shape& shape, Random& random);
Tensor kaiming_uniform(const Shape& shape, Random& random);
// Glorot, Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural Networks", AISTATS 2010:
// deviation sqrt(2 / (inputs + outputs)), a compromise between values going up and gradients going down.
Tensor xavier_normal(const Shape& shape, Random& random);
Tensor xavier_uniform(const Shape& shape, Random& random);

}  // namespace voronet
