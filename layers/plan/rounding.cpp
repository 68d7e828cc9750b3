#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/winograd.h>
#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/fusion.h>
#include <voronet/layers/plan/rounding.h>

#include <algorithm>
#include <limits>

namespace voronet::plan {
namespace {

constexpr double unit_roundoff = 0x1p-24;

// What a term goes through beside the products, their sum and what is folded in: bias, residual, and the
// delta forward's differences.
constexpr Index beside = 6;

// Winograd's: 6 roundings in B' x B, 10 in G w G', 8 in A' m A, one product, and the rest as above.
constexpr Index winograd_beside = 40, winograd_channels = 16;
// For each tap in one dimension, the sum over the input of |A'| (|G| |B'|), at the output that has the most:
// how much larger its terms are than the plain product.
constexpr double winograd_growth[] = {22.0 / 3, 34.0 / 3, 88.0 / 3};

template <class Weights, class Biases>
PlanGraph folded(PlanGraph graph, const Weights& weights, const Biases& biases) {
  for (PlanStep& step : graph.steps) {
    if (step.weight.defined()) step.weight = weights(step.weight);
    if (step.bias.defined()) step.bias = biases(step);
  }
  fuse(graph, Pooling::apart);
  return graph;
}

PlanGraph in_double(PlanGraph graph) {
  graph.dtype = Dtype::f64;
  for (PlanStep& step : graph.steps)
    for (Tensor* tensor : {&step.weight, &step.bias, &step.bias_terms})
      if (tensor->defined()) *tensor = tensor->to(Dtype::f64);
  return graph;
}

Tensor bias_terms(const PlanStep& step) {
  return step.bias_terms.defined() ? step.bias_terms : abs(step.bias);
}

double largest(const Tensor& tensor) {
  double most = 0;
  if (tensor.defined())
    for (const double value : tensor.values<double>()) most = larger(most, value);
  return most;
}

Index products(const PlanStep& step, const Shape& in) {
  switch (step.kind) {
    case PlanKind::convolution:
    case PlanKind::linear:
    case PlanKind::gauss:
      return step.weight.size() / step.weight.dim(0);
    case PlanKind::average_pool:
      return step.size * step.size;
    case PlanKind::global_average:
      return in[0] * in[1];
    case PlanKind::elementwise:
    case PlanKind::function:
    case PlanKind::max_pool:
    case PlanKind::flatten:
    case PlanKind::pad:
    case PlanKind::concat:
    case PlanKind::squares:
    case PlanKind::module:
      break;
  }
  return 1;
}

// In parts of the largest input of each channel in a tile: (in, out).
std::vector<double> winograd_rounding(const PlanStep& step) {
  if (!winograd() || step.kind != PlanKind::convolution || step.stride != 1 || step.weight.dim(2) != 3 ||
      step.weight.dim(3) != 3 || std::min(step.weight.dim(0), step.weight.dim(1)) < winograd_channels)
    return {};
  const Index outputs = step.weight.dim(0), inputs = step.weight.dim(1);
  const double rounding = sum_rounding(inputs + winograd_beside + step.roundings);
  std::vector<double> of(outputs * inputs, 0.0);
  const double* weight = step.weight.data<double>();
  for (Index o = 0; o < outputs; ++o)
    for (Index c = 0; c < inputs; ++c)
      for (const double row : winograd_growth)
        for (const double column : winograd_growth)
          of[c * outputs + o] += rounding * row * column * *weight++;
  return of;
}

}  // namespace

double sum_rounding(Index k) {
  const double share = static_cast<double>(k) * unit_roundoff;
  return share < 0.5 ? share / (1 - share) : std::numeric_limits<double>::infinity();
}

double StepRounding::underflow(double largest_input) const {
  const double on_the_way = size * (1 + largest_input);
  return on_the_way < too_large ? roundings * tiniest * on_the_way : std::numeric_limits<double>::infinity();
}

RoundedGraph folded_with_roundings(const PlanGraph& given) {
  const NoGrad scope;
  const PlanGraph graph = in_double(given);
  const auto bias = [](const PlanStep& step) { return step.bias; };
  RoundedGraph result{folded(
                          graph, [](const Tensor& weight) { return weight; }, bias),
                      {}};
  // All numbers of a layer's neighbours are products and sums of theirs: so are bounds of them, in any order.
  const PlanGraph sizes = folded(
      graph, [](const Tensor& weight) { return abs(weight) + 1; },
      [](const PlanStep& step) { return bias_terms(step) + 1; });
  const PlanGraph absolute = folded(
      graph, [](const Tensor& weight) { return abs(weight); }, bias_terms);
  for (std::size_t i = 0; i < absolute.steps.size(); ++i) {
    const PlanStep &step = absolute.steps[i], &size = sizes.steps[i];
    const Index n = products(step, graph.shape(step.input)), k = n + beside + step.roundings;
    StepRounding rounding{.sum = sum_rounding(k), .offset = {}, .winograd = winograd_rounding(step)};
    if (step.bias.defined()) {
      // Where it is added up from up to n terms, these go through a sum of their own, and that of the
      // products.
      const bool sum_of_its_own = step.roundings > 0 || step.bias_terms.defined();
      const double share = sum_of_its_own ? sum_rounding(k + n) : rounding.sum;
      for (const double term : step.bias.values<double>()) rounding.offset.push_back(share * term);
    }
    rounding.size = static_cast<double>(n) * (1 + largest(size.weight)) + 1 + largest(size.bias);
    if (!rounding.winograd.empty()) rounding.size *= winograd_growth[2] * winograd_growth[2];
    rounding.roundings = static_cast<double>(k);
    result.roundings.push_back(std::move(rounding));
  }
  return result;
}

}  // namespace voronet::plan
