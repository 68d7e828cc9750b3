// Elementwise arithmetic with broadcasting (NumPy's rule: aligned at the last dimension, sizes equal or 1).
// All functions throw Error when shapes do not broadcast or dtypes differ.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

// Element by element, of tensors that broadcast.
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& x);  // each element negated

// The same with one number for all elements.
Tensor operator+(const Tensor& a, double b);
Tensor operator-(const Tensor& a, double b);
Tensor operator*(const Tensor& a, double b);
Tensor operator/(const Tensor& a, double b);
// The same with the number first.
Tensor operator+(double a, const Tensor& b);
Tensor operator-(double a, const Tensor& b);
Tensor operator*(double a, const Tensor& b);
Tensor operator/(double a, const Tensor& b);

// The larger and the smaller; NaN where either is NaN. Where both are equal each gets half of the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);

// a where the condition is not zero, else b; all three broadcast. No gradient flows to the condition.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// 1 where it holds, else 0; constants.
Tensor greater(const Tensor& a, const Tensor& b);
Tensor greater(const Tensor& a, double b);
Tensor less(const Tensor& a, double b);

}  // namespace voronet
