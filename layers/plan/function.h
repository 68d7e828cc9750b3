// The elementwise functions of a plan, but for ReLU, which is part of other steps.
#pragma once

#include <voronet/core/tensor.h>

#include <algorithm>
#include <cmath>

namespace voronet {

struct Function {
  enum class Kind { leaky_relu, sigmoid, tanh, clamp };
  Kind kind = Kind::clamp;
  double slope = 0;          // of leaky_relu below 0, within [0, 1]
  double low = 0, high = 0;  // of clamp

  friend bool operator==(const Function&, const Function&) = default;
};

// The function of an element; NaN stays NaN.
template <class T>
T evaluate(const Function& function, T x) {
  switch (function.kind) {
    case Function::Kind::leaky_relu:
      return x < 0 ? static_cast<T>(function.slope) * x : x;
    case Function::Kind::sigmoid:
      return T(1) / (T(1) + std::exp(-x));
    case Function::Kind::tanh:
      return std::tanh(x);
    case Function::Kind::clamp:
      return std::clamp(x, static_cast<T>(function.low), static_cast<T>(function.high));
  }
  return x;
}

// The same of a tensor, with gradients.
Tensor evaluate(const Function& function, const Tensor& x);

// How much further apart it brings two values at most.
double lipschitz(const Function& function);

// As programs and files name them: "leaky_relu".
const char* name_of(Function::Kind kind);

}  // namespace voronet
