#include "gradients/gradient_check.h"

#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/random.h>

#include <cmath>

namespace voronet::test {
namespace {

constexpr double tolerance = 1e-6;
constexpr double step = 1e-6;  // the quotient's error is step^2, or 1e-16 / step by rounding
constexpr Index elements_checked = 16;

Tensors as_variables(const Tensors& inputs) {
  Tensors variables;
  for (const Tensor& input : inputs) variables.push_back(variable(input));
  return variables;
}

Tensor weighted_sum(const Tensors& values, const Tensors& weights) {
  Tensor total = scalar(0, Dtype::f64);
  for (std::size_t i = 0; i < values.size(); ++i) total = total + sum(values[i] * weights[i]);
  return total;
}

// Gradients of a scalar function; zeros where it does not depend on its inputs.
Tensors gradients(const Function& objective, const Tensors& variables, bool create_graph) {
  const Tensor value = objective(variables);
  if (value.tracked()) return grad(value, variables, {.create_graph = create_graph});
  Tensors none;
  for (const Tensor& input : variables) none.push_back(zeros(input.shape(), Dtype::f64));
  return none;
}

double difference_quotient(const Function& objective, const Tensors& inputs, std::size_t input,
                           Index element) {
  const auto value_at = [&](double shift) {
    Tensors moved = inputs;
    moved[input] = inputs[input].detach().clone();
    moved[input].mutable_data<double>()[element] += shift;
    return objective(as_variables(moved)).item();
  };
  return (value_at(step) - value_at(-step)) / (2 * step);
}

// Compares all gradients of a scalar function of the inputs.
std::string mistake(const std::string& what, const Function& objective, const Tensors& inputs) {
  const Tensors found = gradients(objective, as_variables(inputs), false);
  for (std::size_t input = 0; input < inputs.size(); ++input) {
    const Index stride = (inputs[input].size() - 1) / elements_checked + 1;
    for (Index element = 0; element < inputs[input].size(); element += stride) {
      const double expected = difference_quotient(objective, inputs, input, element);
      const double actual = found[input].at(element);
      if (!(std::abs(actual - expected) <= tolerance * (1 + std::abs(expected))))
        return text(what, ": input ", input, " of shape ", inputs[input].shape(), ", element ", element,
                    ": the gradient is ", actual, " but differences give ", expected);
    }
  }
  return "";
}

}  // namespace

std::string gradient_mistake(const Sample& sample) {
  Random random(1);
  const auto cotangent = [&](const Shape& shape) { return uniform(shape, -1, 1, random, Dtype::f64); };

  const Tensors outer{cotangent(sample.function(sample.inputs).shape())};
  const Function first = [&](const Tensors& x) { return weighted_sum({sample.function(x)}, outer); };

  Tensors inner;
  for (const Tensor& input : sample.inputs) inner.push_back(cotangent(input.shape()));
  const Function second = [&](const Tensors& x) { return weighted_sum(gradients(first, x, true), inner); };

  const std::string wrong = mistake(sample.name + ", first order", first, sample.inputs);
  return wrong.empty() ? mistake(sample.name + ", second order", second, sample.inputs) : wrong;
}

}  // namespace voronet::test
