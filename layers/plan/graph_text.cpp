#include <voronet/core/text.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/graph_text.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <type_traits>

namespace voronet::plan {
namespace {

using enum PlanKind;

// The kinds of steps that a graph may have in a file.
const std::map<std::string, PlanKind> kinds = {{"convolution", convolution},
                                               {"linear", linear},
                                               {"elementwise", elementwise},
                                               {"function", function},
                                               {"max_pool", max_pool},
                                               {"average_pool", average_pool},
                                               {"global_average", global_average},
                                               {"flatten", flatten},
                                               {"pad", pad},
                                               {"concat", concat}};

std::string sizes(const Shape& shape) {
  std::string line;
  for (const Index size : shape) line += text(line.empty() ? "" : "x", size);
  return line;
}

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

template <class Number>
Number number(const std::string& word) {
  const auto parsed = parse_number<Number>(word);
  require(parsed.has_value(), "graph: '", word, "' is no number");
  return *parsed;
}

Shape shape_of(const std::string& word) {
  std::vector<Index> all;
  for (const std::string& part : split(word, 'x')) all.push_back(number<Index>(part));
  require(!all.empty(), "graph: '", word, "' is no shape");
  return {all.data(), all.data() + all.size()};
}

Function::Kind function_of(const std::string& name) {
  using enum Function::Kind;
  for (const Function::Kind kind : {leaky_relu, sigmoid, tanh, clamp})
    if (name == name_of(kind)) return kind;
  throw Error(text("graph: no function is called '", name, "'"));
}

// What a step may have, under the words that stand for it; of numbers also what they usually are.
template <class Step, class Each>
void for_each_tensor(Step& step, const Each& each) {
  each("weight", step.weight);
  each("bias", step.bias);
  each("terms", step.bias_terms);
}
template <class Step, class Each>
void for_each_number(Step& step, const Each& each) {
  each("with", step.residual, -1);
  each("roundings", step.roundings, Index{0});
  each("size", step.size, Index{1});
  each("stride", step.stride, Index{1});
  each("padding", step.padding, Index{0});
  each("top", step.pads.top, Index{0});
  each("left", step.pads.left, Index{0});
  each("bottom", step.pads.bottom, Index{0});
  each("right", step.pads.right, Index{0});
  each("slope", step.function.slope, 0.0);
  each("low", step.function.low, 0.0);
  each("high", step.function.high, 0.0);
}

std::string number_text(double value) { return exact(value); }
template <class Whole>
std::string number_text(Whole value) {
  return text(value);
}

const std::string& kind_of(const PlanStep& step) {
  const auto is_its = [&](const auto& named) { return named.second == step.kind; };
  const auto kind = std::find_if(kinds.begin(), kinds.end(), is_its);
  require(kind != kinds.end(), "graph: a step of a kind that files do not keep");
  return kind->first;
}

std::string written(const PlanStep& step) {
  std::string line = kind_of(step) + text(' ', step.input);
  const auto put = [&](const char* key, const std::string& value) { line += text(' ', key, '=', value); };
  for_each_tensor(step, [&](const char* key, const Tensor& tensor) {
    if (tensor.defined()) put(key, sizes(tensor.shape()));
  });
  for_each_number(step, [&](const char* key, auto value, auto usual) {
    if (value != usual) put(key, number_text(value));
  });
  if (step.kind == function) put("function", name_of(step.function.kind));
  if (!step.name.empty()) put("name", step.name);
  return line + (step.pads.nearest ? " nearest" : "") + (step.relu ? " relu" : "");
}

PlanStep read(const std::string& line, Index& numbers_left) {
  const std::vector<std::string> parts = split(line, ' ');
  require(parts.size() >= 2 && kinds.contains(parts[0]), "graph: '", line, "' is no step");
  std::map<std::string, std::string> words;
  for (std::size_t i = 2; i < parts.size(); ++i) {
    const std::size_t at = parts[i].find('=');
    words[parts[i].substr(0, at)] = at == std::string::npos ? "" : parts[i].substr(at + 1);
  }
  const auto take = [&](const std::string& key) { return words.extract(key).mapped(); };
  PlanStep step{.kind = kinds.at(parts[0]), .input = number<int>(parts[1])};
  for_each_tensor(step, [&](const char* key, Tensor& tensor) {
    if (!words.contains(key)) return;
    const Shape shape = shape_of(take(key));
    require(shape.size() <= numbers_left, "graph: ", key, ' ', shape, " has more numbers than the file");
    numbers_left -= shape.size();
    tensor = zeros(shape);
  });
  for_each_number(step, [&](const char* key, auto& value, auto) {
    if (words.contains(key)) value = number<std::remove_reference_t<decltype(value)>>(take(key));
  });
  if (words.contains("function")) step.function.kind = function_of(take("function"));
  if (words.contains("name")) step.name = take("name");
  step.pads.nearest = words.erase("nearest") > 0;
  step.relu = words.erase("relu") > 0;
  require(words.empty(), "graph: '", line, "': nothing is known of ", words.begin()->first);
  return step;
}

}  // namespace

std::string to_text(const PlanGraph& graph) {
  std::string line = sizes(graph.shape(0));
  for (const PlanStep& step : graph.steps) line += "; " + written(step);
  return line + text("; ", graph.output);
}

std::string title_of(const PlanStep& step) {
  if (step.kind == function) return name_of(step.function.kind);
  if (step.kind != elementwise) return kind_of(step);
  return step.residual >= 0 ? "add" : step.relu ? "relu" : "scale and shift";
}

PlanGraph graph_of_text(const std::string& line, Index most) {
  const std::vector<std::string> parts = split(line, ';');
  require(parts.size() >= 2, "graph: '", line, "' is none");
  PlanBuilder builder(shape_of(parts.front()), Dtype::f32);
  std::vector<std::string> names;
  for (int i = 1; i + 1 < std::ssize(parts); ++i) {
    const PlanStep step = read(parts[i].substr(1), most);
    for (const int read : {step.input, std::max(step.residual, 0)})
      require(read >= 0 && read < i, "graph: '", parts[i], "': there is no value ", read, " yet");
    require(step.kind != concat || step.residual >= 0, "graph: '", parts[i], "': of one value");
    const PlanValue made = builder.step(step, {step.input}, {std::max(step.residual, 0)});
    require(made.number == i, "graph: '", parts[i], "' is not one step");
    names.push_back(step.name);
  }
  const int output = number<int>(parts.back().substr(1));
  require(output >= 0 && output <= std::ssize(names), "graph: there is no value ", output);
  PlanGraph graph = std::move(builder).finish({output});
  for (std::size_t i = 0; i < names.size(); ++i) graph.steps[i].name = names[i];
  return graph;
}

}  // namespace voronet::plan
