#include <voronet/core/autograd.h>
#include <voronet/core/kernels/pooled_convolution.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/plan/fusion.h>

#include <algorithm>

namespace voronet::plan {
namespace {

bool is_linear_map(const PlanStep& step) {
  return step.kind == PlanKind::convolution || step.kind == PlanKind::linear;
}

// Undefined terms are 0.
Tensor total(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() ? a : b;
  return a + b;
}

// One factor for each output, or each input, of a linear map's weight; for an elementwise step they are the
// same.
Tensor by_output(const PlanStep& step, const Tensor& factors) {
  if (step.kind == PlanKind::convolution) return reshape(factors, {-1, 1, 1, 1});
  return step.kind == PlanKind::linear ? reshape(factors, {-1, 1}) : factors;
}
Tensor by_input(const PlanStep& step, const Tensor& factors) {
  return step.kind == PlanKind::convolution ? reshape(factors, {-1, 1, 1}) : factors;
}

// Makes step's output scale times what it is now, plus shift.
void scale_output(PlanStep& step, const Tensor& scale, const Tensor& shift) {
  if (scale.defined()) {
    step.weight = step.weight.defined() ? step.weight * by_output(step, scale) : scale;
    if (step.bias.defined()) step.bias = step.bias * scale;
  }
  step.bias = total(step.bias, shift);
}

// Makes a linear map take x where it took scale x + shift.
void scale_input(PlanStep& step, const Tensor& scale, const Tensor& shift) {
  if (shift.defined()) {
    const Tensor terms = step.weight * by_input(step, shift);
    step.bias = total(step.bias, sum(reshape(terms, {terms.dim(0), -1}), {1}));
  }
  if (scale.defined()) step.weight = step.weight * by_input(step, scale);
}

// Whether every step that reads the value passes the test, and reads it as its input.
template <class Test>
bool all_readers(const PlanGraph& graph, int value, const Test& test) {
  return value != graph.output &&
         std::all_of(graph.steps.begin(), graph.steps.end(), [&](const PlanStep& step) {
           return step.residual != value && (step.input != value || test(step));
         });
}

// Whether an elementwise step's numbers are one for each channel, so that others can take them up.
bool by_channel(const PlanGraph& graph, const PlanStep& step) {
  const Shape& shape = graph.shape(step.input);
  return step.kind != PlanKind::elementwise || step.numbers(shape) == shape[-1];
}

// Each of these returns whether the step at this position has become superfluous.
bool fold_backward(PlanGraph& graph, std::size_t position) {
  PlanStep& step = graph.steps[position];
  if (step.kind != PlanKind::elementwise) return false;
  // Of a sum's two operands, the one written later can take the other: that one is there by then.
  if (step.residual >= 0 && graph.writer(step.residual) > graph.writer(step.input))
    std::swap(step.input, step.residual);
  const int writer = graph.writer(step.input);
  if (writer < 0 || graph.readers(step.input) != 1) return false;
  PlanStep& before = graph.steps[writer];
  if (!is_linear_map(before) && before.kind != PlanKind::elementwise) return false;
  const bool only_relu = !step.weight.defined() && !step.bias.defined() && step.residual < 0;
  if ((before.relu || before.residual >= 0) && !only_relu) return false;
  if (!only_relu && (!by_channel(graph, step) || !by_channel(graph, before))) return false;
  scale_output(before, step.weight, step.bias);
  before.roundings += step.roundings;
  if (step.residual >= 0) before.residual = step.residual;
  before.relu |= step.relu;
  before.output = step.output;
  return true;
}

bool fold_forward(PlanGraph& graph, std::size_t position) {
  const PlanStep& step = graph.steps[position];
  if (step.kind != PlanKind::elementwise || step.relu || step.residual >= 0 || !by_channel(graph, step))
    return false;
  if (!all_readers(graph, step.output,
                   [](const PlanStep& reader) { return is_linear_map(reader) && reader.padding == 0; }))
    return false;
  for (PlanStep& reader : graph.steps)
    if (reader.input == step.output) {
      scale_input(reader, step.weight, step.bias);
      reader.roundings += step.roundings;
      reader.input = step.input;
    }
  return true;
}

bool fold_flatten(PlanGraph& graph, std::size_t position) {
  const PlanStep& step = graph.steps[position];
  if (step.kind != PlanKind::flatten) return false;
  if (!all_readers(graph, step.output,
                   [](const PlanStep& reader) { return reader.kind == PlanKind::linear; }))
    return false;
  const Shape image = graph.shape(step.input);
  for (PlanStep& reader : graph.steps)
    if (reader.input == step.output) {
      const Tensor channel_first = reshape(reader.weight, {-1, image[2], image[0], image[1]});
      reader.weight = reshape(transpose(channel_first, {0, 2, 3, 1}), reader.weight.shape());
      reader.input = step.input;
    }
  return true;
}

bool fold_pooling(PlanGraph& graph, std::size_t position) {
  const PlanStep& pool = graph.steps[position];
  if (pool.kind != PlanKind::max_pool || pool.stride != pool.size) return false;
  const int writer = graph.writer(pool.input);
  if (writer < 0 || graph.readers(pool.input) != 1) return false;
  PlanStep& before = graph.steps[writer];
  if (before.kind != PlanKind::convolution || before.residual >= 0) return false;
  const kernels::Conv2dSizes sizes = conv_sizes(graph.shape(before.input), before, 1);
  if (!visit(graph.dtype,
             [&](auto zero) { return kernels::pools_at_once<decltype(zero)>(sizes, pool.size); }))
    return false;
  before.size = pool.size;
  before.output = pool.output;
  return true;
}

void fold_each(PlanGraph& graph, bool (*fold)(PlanGraph&, std::size_t)) {
  for (std::size_t i = 0; i < graph.steps.size();)
    if (fold(graph, i))
      graph.steps.erase(graph.steps.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
}

}  // namespace

void fuse(PlanGraph& graph, Pooling pooling) {
  const NoGrad scope;
  for (const auto fold : {fold_backward, fold_forward, fold_flatten}) fold_each(graph, fold);
  if (pooling == Pooling::fuse) fold_each(graph, fold_pooling);
}

}  // namespace voronet::plan
