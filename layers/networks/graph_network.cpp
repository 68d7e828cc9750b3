#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/text.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/networks/graph_network.h>
#include <voronet/layers/plan/builder.h>

#include <algorithm>

namespace voronet {
namespace {

// Along an axis, the first row `before` times, all of x, the last row `after` times; or zeros.
Tensor padded(const Tensor& x, int axis, Index before, Index after, bool nearest) {
  if (!nearest) return pad(x, axis, before, after);
  Tensors parts(before, slice(x, axis, 0, 1));
  parts.push_back(x);
  parts.insert(parts.end(), after, slice(x, axis, x.dim(axis) - 1, x.dim(axis)));
  return concat(parts, axis);
}

Tensor elementwise(const PlanStep& step, Tensor x) {
  const Shape one = x.shape().without(0);
  const auto numbers = [&](const Tensor& t) { return t.size() == one.size() ? reshape(t, one) : t; };
  if (step.weight.defined()) x = x * numbers(step.weight);
  return step.bias.defined() ? x + numbers(step.bias) : x;
}

// A step's output before its residual and ReLU.
Tensor output_of(const PlanStep& step, const Tensor& x, const Tensor& residual) {
  switch (step.kind) {
    case PlanKind::convolution:
      return conv2d(x, step.weight, step.bias, {step.stride, step.padding}, {});
    case PlanKind::linear:
      return linear(x, step.weight, step.bias);
    case PlanKind::elementwise:
      return elementwise(step, x);
    case PlanKind::function:
      return evaluate(step.function, x);
    case PlanKind::max_pool:
      return max_pool2d(x, {step.size, step.stride});
    case PlanKind::average_pool:
      return avg_pool2d(x, {step.size, step.stride});
    case PlanKind::global_average:
      return mean(x, {1, 2});
    case PlanKind::flatten:
      return Flatten()(x);
    case PlanKind::pad: {
      const auto& [top, left, bottom, right, nearest] = step.pads;
      return padded(padded(x, 1, top, bottom, nearest), 2, left, right, nearest);
    }
    case PlanKind::concat:
      return concat({x, residual}, -1);
    case PlanKind::gauss:
    case PlanKind::squares:
    case PlanKind::module:
      break;
  }
  throw Error("graph network: a step that belongs to a head or a module");
}

// The ReLU and the max-pooling right behind a convolution: one operator runs all, as in Conv2d, so gradients
// are those of layers to the bit, and the convolution's sums need not be kept.
struct Tail {
  Conv2dTail tail = {};
  std::vector<int> outputs;  // of the convolution and of these steps, the last the result
};
Tail tail_of(const PlanGraph& graph, const PlanStep& convolution) {
  Tail all{{}, {convolution.output}};
  const auto next = [&]() -> const PlanStep* {
    const auto reads = [&](const PlanStep& step) { return step.input == all.outputs.back(); };
    const auto step = std::ranges::find_if(graph.steps, reads);
    const bool alone = graph.readers(all.outputs.back()) == 1 && step != graph.steps.end();
    return alone && step->residual < 0 ? &*step : nullptr;
  };
  const PlanStep* step = next();
  if (step != nullptr && step->kind == PlanKind::elementwise && step->relu && !step->weight.defined() &&
      !step->bias.defined()) {
    all.tail.relu = true;
    all.outputs.push_back(step->output);
    step = next();
  }
  if (step != nullptr && step->kind == PlanKind::max_pool && step->size == step->stride) {
    all.tail.max_pool = step->size;
    all.outputs.push_back(step->output);
  }
  return all;
}

}  // namespace

GraphNetwork::GraphNetwork(PlanGraph graph) : graph_(std::move(graph)) {
  PlanBuilder builder(graph_.shape(0), graph_.dtype);
  plan(builder, builder.input());  // whether it can be
  for (PlanStep& step : graph_.steps)
    for (Tensor* tensor : {&step.weight, &step.bias})
      if (tensor->defined()) *tensor = variable(*tensor);
}

void GraphNetwork::describe(State& state) {
  for (PlanStep& step : graph_.steps) {
    const std::string name = step.name.empty() ? text("step", step.output) : step.name;
    if (step.weight.defined()) state.parameter(name + ".weight", step.weight);
    if (step.bias.defined()) state.parameter(name + ".bias", step.bias);
    if (step.bias_terms.defined()) state.buffer(name + ".terms", step.bias_terms);
  }
}

PlanValue GraphNetwork::plan(PlanBuilder& builder, PlanValue x) {
  require(builder.shape(x) == graph_.shape(0), "graph network: an input ", builder.shape(x), ", not ",
          graph_.shape(0));
  std::vector<PlanValue> values(graph_.shapes.size(), x);
  for (const PlanStep& step : graph_.steps)
    values[step.output] = builder.step(step, values[step.input], values[std::max(step.residual, 0)]);
  return values[graph_.output];
}

Tensor GraphNetwork::forward(const Tensor& x) {
  require(x.rank() >= 1 && x.shape().without(0) == graph_.shape(0), "graph network: inputs ", x.shape(),
          ", not n times ", graph_.shape(0));
  std::vector<Tensor> values(graph_.shapes.size());
  values[0] = x;
  std::vector<bool> with_another(values.size());  // what was computed with the convolution before
  for (const PlanStep& step : graph_.steps) {
    if (with_another[step.output]) continue;
    if (step.kind == PlanKind::convolution && step.residual < 0 && !step.relu) {
      const auto [tail, outputs] = tail_of(graph_, step);
      for (const int output : outputs) with_another[output] = true;
      values[outputs.back()] =
          conv2d(values[step.input], step.weight, step.bias, {step.stride, step.padding}, tail);
      continue;
    }
    const Tensor residual = step.residual < 0 ? Tensor() : values[step.residual];
    Tensor y = output_of(step, values[step.input], residual);
    if (step.residual >= 0 && step.kind != PlanKind::concat) y = y + residual;
    values[step.output] = step.relu ? relu(y) : y;
  }
  return values[graph_.output];
}

}  // namespace voronet
