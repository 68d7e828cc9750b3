#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/layers/plan/function.h>

namespace voronet {

Tensor evaluate(const Function& function, const Tensor& x) {
  switch (function.kind) {
    case Function::Kind::leaky_relu:
      return relu(x) - function.slope * relu(-x);
    case Function::Kind::sigmoid:
      return sigmoid(x);
    case Function::Kind::tanh:
      return tanh(x);
    case Function::Kind::clamp:
      return clamp(x, function.low, function.high);
  }
  return x;
}

double lipschitz(const Function& function) { return function.kind == Function::Kind::sigmoid ? 0.25 : 1; }

const char* name_of(Function::Kind kind) {
  switch (kind) {
    case Function::Kind::leaky_relu:
      return "leaky_relu";
    case Function::Kind::sigmoid:
      return "sigmoid";
    case Function::Kind::tanh:
      return "tanh";
    case Function::Kind::clamp:
      return "clamp";
  }
  return "";
}

}  // namespace voronet
