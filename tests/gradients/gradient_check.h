// Gradients against central differences, in f64, to the second order.
#pragma once

#include <voronet/core/tensor.h>

#include <functional>
#include <string>

namespace voronet::test {

using Function = std::function<Tensor(const Tensors&)>;

// An operator or a layer to be checked: a function, and the point at which its gradients are taken. Choose
// f64 inputs with a batch of more than one, farther than 1e-5 from any kink.
struct Sample {
  std::string name;
  Tensors inputs;
  Function function;
};

// Compares the gradients of <cotangent, function(inputs)>, with a random cotangent, with central differences
// for the elements of every input (of large ones, for some that are spread over them); then in the same way
// the gradients of <second cotangent, those gradients>. Returns "" when all agree within 1e-6 (1 +
// |difference quotient|), else one line on the first that does not.
std::string gradient_mistake(const Sample& sample);

}  // namespace voronet::test
