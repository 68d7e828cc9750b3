#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/interchange/onnx_graph.h>
#include <voronet/interchange/onnx_model.h>
#include <voronet/layers/plan/builder.h>

#include <algorithm>

namespace voronet {
namespace {

using Name = OnnxGraph::Name;
using Attributes = OnnxGraph::Attributes;

// (h, w, c) as ONNX orders it, (c, h, w); features as they are.
Shape channel_first(const Shape& shape) {
  return shape.rank() == 3 ? Shape{shape[2], shape[0], shape[1]} : shape;
}

Attributes windows(Index height, Index width, const PlanStep& step) {
  const auto twice = [](Index value) { return std::vector<Index>{value, value}; };
  return {{"kernel_shape", std::vector<Index>{height, width}}, {"strides", twice(step.stride)}};
}

// The steps of a network's description, not fused: so weights remain the parameters that they are in the
// network, and runtimes fuse for themselves.
class Exporter {
 public:
  Exporter(Module& network, const Shape& input, const Name& input_name)
      : graph(network), network_(network), plan_(graph_of(network, input)) {
    require(plan_.dtype == Dtype::f32, "onnx: the network is of ", plan_.dtype,
            ", which runtimes' convolutions do not take; turn it to f32 first");
    values_.resize(plan_.shapes.size());
    values_[0] = graph.input(input_name, channel_first(input));
    for (const PlanStep& step : plan_.steps) value(step.output) = add(step);
  }

  void output(const Name& name) {
    graph.output(name, value(plan_.output), channel_first(plan_.shape(plan_.output)));
  }

  OnnxGraph graph;

 private:
  Name& value(int number) { return values_[number]; }

  Name add(const PlanStep& step) {
    const Name& x = value(step.input);
    switch (step.kind) {
      case PlanKind::convolution:
        return convolution(step, x);
      case PlanKind::linear:
        return graph.node("Gemm", with_bias(x, step), {{"transB", Index{1}}});
      case PlanKind::elementwise:
        return elementwise(step, x);
      case PlanKind::max_pool:
        return graph.node("MaxPool", {x}, windows(step.size, step.size, step));
      case PlanKind::average_pool:
        return graph.node("AveragePool", {x}, windows(step.size, step.size, step));
      case PlanKind::global_average:
        return graph.node("Flatten", {graph.node("GlobalAveragePool", {x})});
      case PlanKind::flatten:
        return graph.node("Flatten", {x});
      case PlanKind::function:
        return function(step.function, x);
      case PlanKind::pad: {
        const Pads& p = step.pads;
        const Name sides = graph.constant({0, 0, p.top, p.left, 0, 0, p.bottom, p.right});
        return graph.node("Pad", {x, sides}, {{"mode", std::string(p.nearest ? "edge" : "constant")}});
      }
      case PlanKind::concat:
        return graph.node("Concat", {x, value(step.residual)}, {{"axis", Index{1}}});
      case PlanKind::gauss:
        return gauss(step, x);
      case PlanKind::squares:
        return squares(step, x);
      case PlanKind::module:
        break;
    }
    throw Error(text("onnx: layer ", name_of(step.module),
                     " does not describe itself to plans (Module::plan), so it cannot be exported"));
  }

  std::vector<Name> with_bias(const Name& x, const PlanStep& step) {
    std::vector<Name> inputs{x, graph.constant(step.weight)};
    if (step.bias.defined()) inputs.push_back(graph.constant(step.bias));
    return inputs;
  }

  Name convolution(const PlanStep& step, const Name& x) {
    Attributes attributes = windows(step.weight.dim(2), step.weight.dim(3), step);
    attributes.emplace_back("pads", std::vector<Index>(4, step.padding));
    return graph.node("Conv", with_bias(x, step), attributes);
  }

  Name elementwise(const PlanStep& step, Name x) {
    const Shape& shape = plan_.shape(step.input);
    const auto numbers = [&](const Tensor& each) {
      if (shape.rank() != 3) return graph.constant(each);
      if (each.size() == shape[-1]) return graph.constant(reshape(each, {-1, 1, 1}));
      return graph.constant(transpose(reshape(each, shape), {2, 0, 1}));
    };
    if (step.weight.defined()) x = graph.node("Mul", {x, numbers(step.weight)});
    if (step.bias.defined()) x = graph.node("Add", {x, numbers(step.bias)});
    if (step.residual >= 0) x = graph.node("Add", {x, value(step.residual)});
    return step.relu ? graph.node("Relu", {x}) : x;
  }

  Name function(const Function& function, const Name& x) {
    switch (function.kind) {
      case Function::Kind::leaky_relu:
        return graph.node("LeakyRelu", {x}, {{"alpha", function.slope}});
      case Function::Kind::sigmoid:
        return graph.node("Sigmoid", {x});
      case Function::Kind::tanh:
        return graph.node("Tanh", {x});
      case Function::Kind::clamp:
        break;
    }
    return graph.node("Clip",
                      {x, graph.constant(scalar(function.low)), graph.constant(scalar(function.high))});
  }

  // -gamma_k times the sum of squares over the axis of (n, ., .) that is not the classes'.
  Name minus_squares(const Name& x, Index axis, const Tensor& gamma) {
    const Name sums =
        graph.node("ReduceSumSquare", {x}, {{"axes", std::vector<Index>{axis}}, {"keepdims", Index{0}}});
    return graph.node("Neg", {graph.node("Mul", {sums, graph.constant(gamma)})});
  }

  Name gauss(const PlanStep& step, const Name& x) {
    const Name features = graph.node("Unsqueeze", {x, graph.constant({1})});       // (n, 1, d)
    const Name centroids = graph.constant(transpose(step.weight));                 // (classes, d)
    return minus_squares(graph.node("Sub", {features, centroids}), 2, step.bias);  // (n, classes, d)
  }

  Name squares(const PlanStep& step, const Name& x) {
    const Name rows =
        graph.constant({-1, plan_.shape(step.input).size() / step.bias.size(), step.bias.size()});
    return minus_squares(graph.node("Reshape", {x, rows}), 1, step.bias);  // (n, rows, classes)
  }

  Name name_of(const Module* layer) {
    for (const auto& [name, module] : network_.state().modules)
      if (module == layer && !name.empty()) return name;
    return "(the network itself)";
  }

  Module& network_;
  PlanGraph plan_;
  std::vector<Name> values_;  // of the plan's values
};

// The operator that makes confidences of a head's logits.
Name confidence_operator(const Classifier& classifier) {
  const Head::Confidence kind = classifier.head().confidence();
  require(kind != Head::Confidence::own, "onnx: no operator is known for the confidences of head ",
          classifier.config().head);
  return kind == Head::Confidence::softmax ? "Softmax" : "Exp";
}

}  // namespace

std::string onnx_model(Classifier& classifier) {
  const NoGrad scope;
  const ClassifierConfig& config = classifier.config();
  const bool images = classifier.input_shape().rank() == 3;
  const Name inputs = images ? "images" : "points";
  Exporter exporter(classifier, classifier.input_shape(), inputs);
  exporter.output("logits");
  const Name confidences = exporter.graph.node(confidence_operator(classifier), {"logits"});
  exporter.graph.output("confidences", confidences, {config.classes});
  exporter.graph.describe(
      text("Classifies ", inputs, ": ", config.model, " with a ", config.head, " head. ", inputs,
           images ? ": (n, channels, height, width), pixels in [0, 1] (bytes / 255); " : ": (n, d); ",
           "the normalisation is inside. logits: (n, classes), the largest is the "
           "predicted class. confidences: (n, classes), in [0, 1]."));
  for (const auto& [key, setting] : to_settings(config)) exporter.graph.metadata(key, setting);
  return exporter.graph.bytes();
}

std::string onnx_model(Module& network, const Shape& input) {
  const NoGrad scope;
  Exporter exporter(network, input, "input");
  exporter.output("output");
  return exporter.graph.bytes();
}

}  // namespace voronet
