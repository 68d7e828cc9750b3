#include <voronet/core/autograd.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/fusion.h>
#include <voronet/theory/lipschitz.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

MapNorm same(double norm) { return {norm, norm, norm}; }
MapNorm operator*(const MapNorm& a, const MapNorm& b) {
  return {a.estimate * b.estimate, a.bound * b.bound, a.one_pixel * b.one_pixel};
}
MapNorm operator+(const MapNorm& a, const MapNorm& b) {
  return {a.estimate + b.estimate, a.bound + b.bound, a.one_pixel + b.one_pixel};
}

// The root of the most windows that an input is in.
double overlap(const PlanStep& step, const Shape& output) {
  const Index along = divide_up(step.size, step.stride);
  return std::sqrt(static_cast<double>(std::min(along, output[0]) * std::min(along, output[1])));
}

// Inputs for which a convolution's dense matrix is a small one.
constexpr Index few_inputs = 1024;

// pixel: whether images that differ in one pixel still do so in the step's input.
MapNorm convolution(const PlanStep& step, const Shape& in, bool pixel, const PowerOptions& options) {
  const Conv2dOptions conv{.stride = step.stride, .padding = step.padding};
  MapNorm norm =
      same(in.size() <= few_inputs ? matrix_norm_bound(dense_convolution(step.weight, in[0], in[1], conv))
                                   : convolution_norm_bound(step.weight, in[0], in[1], conv));
  norm.estimate = convolution_norm(step.weight, in[0], in[1], conv, options).norm;
  if (pixel) norm.one_pixel = std::min(norm.bound, one_pixel_norm_bound(step.weight));
  return norm;
}

// What a step is called, and its norm, without its residual and ReLU.
struct Known {
  std::string kind;
  MapNorm norm;
};

Known without_epilogue(const PlanStep& step, const Shape& in, const Shape& out, bool pixel,
                       const PowerOptions& options) {
  const auto window = [&](const char* name, Index height, Index width) {
    return text(name, ' ', height, 'x', width, step.stride > 1 ? text(", stride ", step.stride) : "");
  };
  switch (step.kind) {
    case PlanKind::convolution:
      return {window("convolution", step.weight.dim(2), step.weight.dim(3)),
              convolution(step, in, pixel, options)};
    case PlanKind::linear: {
      MapNorm norm = same(matrix_norm_bound(step.weight));
      norm.estimate = matrix_norm(step.weight, options).norm;
      return {"linear", norm};
    }
    case PlanKind::elementwise:
      if (step.weight.defined())
        return {"scale and shift",
                same(largest_magnitude("lipschitz: the scale", step.weight.to(Dtype::f64)))};
      return {step.bias.defined() ? "scale and shift" : "", same(1)};
    case PlanKind::max_pool:
      return {window("max pool", step.size, step.size), same(overlap(step, out))};
    case PlanKind::average_pool:
      return {window("average pool", step.size, step.size),
              same(overlap(step, out) / static_cast<double>(step.size))};
    case PlanKind::global_average:
      return {"global average", same(1 / std::sqrt(static_cast<double>(in[0] * in[1])))};
    case PlanKind::flatten:
      return {"flatten", same(1)};
    case PlanKind::function:
      return {name_of(step.function.kind), same(voronet::lipschitz(step.function))};
    case PlanKind::pad: {
      const Pads& pads = step.pads;
      const Index copies = pads.nearest ? (1 + pads.top + pads.bottom) * (1 + pads.left + pads.right) : 1;
      return {"padding", same(std::sqrt(static_cast<double>(copies)))};
    }
    case PlanKind::concat:  // of two orthogonal parts, whose norms are added up as a sum's are
      return {"concat", same(1)};
    case PlanKind::gauss:
    case PlanKind::squares:
      throw Error(
          "lipschitz: a Gauss head has no Lipschitz bound (its logits are squares); ask for the features'");
    case PlanKind::module:
      break;
  }
  throw Error("lipschitz: a layer that does not describe itself to plans has no known bound");
}

Known known(const PlanStep& step, const Shape& in, const Shape& out, bool pixel,
            const PowerOptions& options) {
  Known all = without_epilogue(step, in, out, pixel, options);
  const auto append = [&](bool present, const char* part) {
    if (present) all.kind += (all.kind.empty() ? "" : ", ") + std::string(part);
  };
  append(step.residual >= 0 && step.kind != PlanKind::concat, "add");
  append(step.relu, "ReLU");
  append(all.kind.empty(), "identity");
  return all;
}

bool has_weight(const PlanStep& step) {
  return step.kind == PlanKind::convolution || step.kind == PlanKind::linear;
}

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.to_vector() == b.to_vector();
}

// Weights and the names of the layers that they belong to.
using NamedWeights = std::vector<std::pair<std::string, Tensor>>;

NamedWeights named_weights(Module& network) {
  const NoGrad scope;
  const State state = network.state();
  NamedWeights weights;
  for (const State::Entry& entry : state.parameters)
    weights.emplace_back(entry.name.substr(0, entry.name.rfind('.')), *entry.tensor);
  for (const auto& [name, layer] : state.modules) {  // plans have those of a limited spectral norm scaled
    if (auto* convolution = dynamic_cast<Conv2d*>(layer))
      weights.emplace_back(name, convolution->evaluated_weight());
    if (auto* linear = dynamic_cast<Linear*>(layer)) weights.emplace_back(name, linear->evaluated_weight());
  }
  return weights;
}

// The layer names of a graph's convolutions and linears. Steps carry no names, but copies of weights that do.
std::vector<std::string> names_of_weights(Module& network, const PlanGraph& graph) {
  const NamedWeights weights = named_weights(network);
  std::vector<std::string> names;
  for (const PlanStep& step : graph.steps) {
    if (!has_weight(step)) continue;
    const auto found = std::find_if(weights.begin(), weights.end(),
                                    [&](const auto& named) { return equal(named.second, step.weight); });
    names.push_back(found == weights.end() ? "" : found->first);
  }
  return names;
}

}  // namespace

Lipschitz lipschitz(const PlanGraph& graph, const PowerOptions& options, const LipschitzProgress& progress) {
  std::vector<MapNorm> up_to(graph.shapes.size());
  std::vector<bool> pixel(graph.shapes.size(), false);
  pixel[0] = graph.shape(0).rank() == 3;
  Lipschitz result;
  for (const PlanStep& step : graph.steps) {
    const Shape &in = graph.shape(step.input), &out = graph.shape(step.output);
    const auto [kind, norm] = known(step, in, out, pixel[step.input], options);
    MapNorm& here = up_to[step.output] = norm * up_to[step.input];
    bool stays = step.kind == PlanKind::elementwise && pixel[step.input];
    if (step.residual >= 0) {
      here = here + up_to[step.residual];
      stays = stays && pixel[step.residual];
    }
    pixel[step.output] = stays;
    result.steps.push_back({"", kind, in, out, norm, here});
    if (progress) progress(std::ssize(result.steps), std::ssize(graph.steps));
  }
  result.total = up_to[graph.output];
  return result;
}

Lipschitz feature_lipschitz(Classifier& network, Layers layers, const PowerOptions& options,
                            const LipschitzProgress& progress) {
  PlanBuilder builder(network.input_shape(), network.dtype());
  const PlanValue features = network.plan_features(builder, builder.input());
  PlanGraph graph = std::move(builder).finish(features);
  const std::vector<std::string> names = names_of_weights(network, graph);
  // Fusing leaves convolutions and linears in their order.
  if (layers == Layers::fused) plan::fuse(graph, plan::Pooling::apart);
  Lipschitz result = lipschitz(graph, options, progress);
  std::size_t next = 0;
  for (std::size_t i = 0; i < graph.steps.size(); ++i)
    if (has_weight(graph.steps[i])) result.steps[i].name = names[next++];
  return result;
}

}  // namespace voronet
