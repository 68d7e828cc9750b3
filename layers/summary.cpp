#include <voronet/core/autograd.h>
#include <voronet/layers/networks/graph_network.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/graph_text.h>
#include <voronet/layers/sequential.h>
#include <voronet/layers/summary.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iomanip>
#include <map>
#include <memory>
#include <typeinfo>

#include <cxxabi.h>

namespace voronet {
namespace {

// How a module was called, in the order of first calls.
struct Call {
  const Module* module;
  Shape input, output;  // for one image
};

std::vector<Call> calls_of(Module& network, const Shape& image) {
  std::vector<Call> calls;
  const NoGrad scope;
  const Evaluating mode(network);
  const Watch watch([&](const Module& module, const Tensor& input, const Tensor& output) {
    calls.push_back({&module, input.shape().without(0), output.shape().without(0)});
  });
  network(zeros(batch_shape(1, image), network.dtype()));
  return calls;
}

std::string class_of(const Module& module) {
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(typeid(module).name(), nullptr, nullptr, nullptr), &std::free);
  const std::string full = name ? name.get() : typeid(module).name();
  return full.substr(full.rfind(':') + 1);  // npos + 1 is 0
}

std::string sizes_of(const Shape& shape) {  // "32x32x64": tables are for 80 columns
  std::string sizes;
  for (int i = 0; i < shape.rank(); ++i) sizes += text(i == 0 ? "" : "x", shape[i]);
  return sizes;
}

Index numbers_in(const Tensors& tensors) {
  Index sum = 0;
  for (const Tensor& tensor : tensors) sum += tensor.defined() ? tensor.size() : 0;
  return sum;
}

// Those of the module that none of its children has.
Index own_parameters(Module& module) {
  Index own = 0;
  for (const auto& entry : module.state().parameters)
    if (entry.name.find('.') == std::string::npos) own += entry.tensor->size();
  return own;
}

Index multiply_adds(const PlanStep& step, const Shape& output) {
  const bool is_map = step.kind == PlanKind::convolution;
  if (!is_map && step.kind != PlanKind::linear && step.kind != PlanKind::gauss) return 0;
  return step.weight.size() * (is_map ? output[0] * output[1] : 1);
}

std::optional<Index> multiply_adds(Module& module, const Shape& input) {
  const PlanGraph graph = graph_of(module, input);
  Index sum = 0;
  for (const PlanStep& step : graph.steps) {
    if (step.kind == PlanKind::module) return std::nullopt;
    sum += multiply_adds(step, graph.shape(step.output));
  }
  return sum;
}

// A network that is a graph has steps in place of layers.
void add_steps(const std::string& name, const PlanGraph& graph, NetworkSummary& result) {
  for (const PlanStep& step : graph.steps) {
    const Shape& output = graph.shape(step.output);
    const Index numbers = numbers_in({step.weight, step.bias}), products = multiply_adds(step, output);
    const std::string own = step.name.empty() ? text("step", step.output) : step.name;
    result.layers.push_back(
        {name.empty() ? own : name + '.' + own, plan::title_of(step), output, numbers, products});
    result.multiply_adds += products;
  }
}

}  // namespace

NetworkSummary summary(Module& network, const Shape& image) {
  const State state = network.state();
  std::map<const Module*, std::pair<std::string, Module*>> known;
  for (const auto& [name, module] : state.modules) known[module] = {name, module};
  NetworkSummary result;
  for (const auto& entry : state.parameters) result.parameters += entry.tensor->size();
  for (const Call& call : calls_of(network, image)) {
    const auto found = known.find(call.module);
    if (found == known.end()) continue;  // a part of which its layer says nothing
    const auto& [name, module] = found->second;
    if (dynamic_cast<Sequential*>(module) != nullptr) continue;  // an empty one is the identity
    if (const auto* graph = dynamic_cast<GraphNetwork*>(module)) {
      add_steps(name, graph->graph(), result);
      continue;
    }
    const bool has_children = module->state().modules.size() > 1;  // itself is one
    const Index own = own_parameters(*module);
    if (has_children && own == 0) continue;
    result.layers.push_back({name, class_of(*module), call.output, own,
                             has_children ? std::nullopt : multiply_adds(*module, call.input)});
    result.multiply_adds += result.layers.back().multiply_adds.value_or(0);
  }
  return result;
}

std::ostream& operator<<(std::ostream& out, const NetworkSummary& summary) {
  using Row = std::array<std::string, 5>;
  std::vector<Row> rows = {{"layer", "kind", "output", "parameters", "mult-adds"}};
  for (const LayerSummary& layer : summary.layers)
    rows.push_back({layer.name, layer.kind, sizes_of(layer.output), text(layer.parameters),
                    layer.multiply_adds ? text(*layer.multiply_adds) : "?"});
  rows.push_back({"all", "", "", text(summary.parameters), text(summary.multiply_adds)});
  std::array<std::size_t, 5> widths{};
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  const auto flags = out.flags();
  for (const Row& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c)
      out << (c == 0 ? "" : "  ") << (c < 3 ? std::left : std::right)
          << std::setw(static_cast<int>(widths[c])) << row[c];
    out << '\n';
  }
  out.flags(flags);
  return out;
}

}  // namespace voronet
