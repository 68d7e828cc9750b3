// Elementwise functions, and log-softmax.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

Tensor exp(const Tensor& x);     // e to the power of x
Tensor log(const Tensor& x);     // natural; -inf at 0, NaN below
Tensor sqrt(const Tensor& x);    // NaN below 0; the gradient at 0 is infinite
Tensor abs(const Tensor& x);     // gradient 0 at 0
Tensor square(const Tensor& x);  // x * x
// x to the power of a constant, as std::pow: 1 for exponent 0, NaN below 0 unless the exponent is whole.
Tensor pow(const Tensor& x, double exponent);
Tensor tanh(const Tensor& x);      // hyperbolic tangent
Tensor sigmoid(const Tensor& x);   // 1 / (1 + exp(-x)), stable for large |x|
Tensor softplus(const Tensor& x);  // log(1 + exp(x)), stable for large |x|
Tensor relu(const Tensor& x);      // gradient 0 at 0, as in PyTorch; NaN stays NaN
// x within [low, high]; the gradient is 1 strictly inside and on the bounds, 0 outside.
Tensor clamp(const Tensor& x, double low, double high);

// x - log(sum(exp(x))) over the last dimension, stable for large |x|. Throws Error for rank 0.
Tensor log_softmax(const Tensor& x);
Tensor softmax(const Tensor& x);  // exp(log_softmax(x))

}  // namespace voronet
