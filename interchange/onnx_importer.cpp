#include <voronet/core/autograd.h>
#include <voronet/interchange/onnx_importer.h>
#include <voronet/interchange/onnx_nodes.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace voronet {
namespace {

constexpr Index oldest_opset = 7, newest_opset = 21;

// How many numbers all that later nodes read may have together, beyond as many as the file has itself.
constexpr Index most_kept = 8 * most_numbers;

// What may be read behind a softmax, as it leaves the numbers as they are.
const std::set<std::string> layout_operators = {"Identity", "Cast",    "Dropout",   "Flatten",
                                                "Reshape",  "Squeeze", "Unsqueeze", "Transpose"};

// What parameters are called: no character that names in files or messages could stumble over.
std::string plain(std::string name) {
  const std::string ending = ".weight";
  if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
  return name;
}

// The graph without steps that its output does not need, renumbered.
PlanGraph without_unread(const PlanGraph& graph) {
  std::vector<bool> needed(graph.shapes.size());
  needed[graph.output] = true;
  for (std::size_t i = graph.steps.size(); i-- > 0;)
    if (const PlanStep& step = graph.steps[i]; needed[step.output])
      for (const int read : {step.input, step.residual})
        if (read >= 0) needed[read] = true;
  PlanGraph rest{.dtype = graph.dtype, .shapes = {graph.shape(0)}, .steps = {}};
  std::vector<int> number(graph.shapes.size(), -1);
  number[0] = 0;
  for (PlanStep step : graph.steps) {
    if (!needed[step.output]) continue;
    number[step.output] = static_cast<int>(rest.shapes.size());
    rest.shapes.push_back(graph.shape(step.output));
    for (int* value : {&step.input, &step.output, &step.residual})
      if (*value >= 0) *value = number[*value];
    rest.steps.push_back(std::move(step));
  }
  rest.output = number[graph.output];
  return rest;
}

// What takes memory of a value or of constants.
std::vector<Index>& elements(OnnxValue& value) { return value.places; }
std::vector<double>& elements(OnnxNumbers& numbers) { return numbers.values; }

Index opset_of(const onnx::ModelProto& model) {
  for (const auto& each : model.opset_import())
    if (each.domain().empty() || each.domain() == "ai.onnx") return each.version();
  throw Error("onnx: the file says no operator set of ONNX's own");
}

}  // namespace

OnnxImporter::OnnxImporter(const onnx::ModelProto& model, const Shape& image)
    : onnx_(model.graph()), opset_(opset_of(model)), room_(most_kept) {
  const NoGrad scope;
  require(opset_ >= oldest_opset && opset_ <= newest_opset, "onnx: operator set ", opset_, "; ", oldest_opset,
          " to ", newest_opset, " are known");
  require(onnx_.sparse_initializer_size() == 0, "onnx: sparse constants are not known");
  for (const onnx::TensorProto& tensor : onnx_.initializer()) {
    OnnxNumbers constant = numbers_of(tensor);
    room_ += constant.size();
    known_[tensor.name()] = std::move(constant);
  }
  for (const Node& node : onnx_.node())
    for (const std::string& input : node.input()) readers_[input].push_back(&node);
  for (const auto& output : onnx_.output()) readers_[output.name()].push_back(nullptr);
  add_input(image);
  for (const Node& node : onnx_.node()) {
    if (!absorbed_.contains(&node)) add(node);
    forget_inputs(node);
  }
  find_output();
}

// The input without its batch, with sizes that the file leaves open taken from the image.
std::vector<Index> OnnxImporter::input_dims(const onnx::ValueInfoProto& input, const Shape& image) {
  require(input.type().has_tensor_type() && input.type().tensor_type().has_shape(), "onnx: input ",
          input.name(), " is no tensor of a known rank");
  std::vector<Index> dims;
  for (const auto& dim : input.type().tensor_type().shape().dim())
    dims.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value() : -1);
  require(!dims.empty() && dims.size() <= 4, "onnx: input ", input.name(), " has ", dims.size(),
          " dimensions; images and points have 1 to 4, with the batch");
  const bool batched = dims.size() == 4 || dims.size() == 2 || (dims.size() == 3 && dims[0] <= 1);
  if (batched) batch_ = dims.front(), dims.erase(dims.begin());
  if (std::count(dims.begin(), dims.end(), -1) > 0 && image.rank() == 3 && dims.size() == 3)
    dims = dims[2] == image[2] ? std::vector<Index>{image[0], image[1], image[2]}
                               : std::vector<Index>{image[2], image[0], image[1]};
  for (const Index size : dims)
    require(size > 0, "onnx: input ", input.name(),
            " leaves its size open: --image-height, --image-width and --channels say it");
  // Points that the first node makes an image.
  const Node* reader = only_reader(input.name());
  if (dims.size() == 1 && batched && reader != nullptr && reader->op_type() == "Reshape" &&
      has_input(*reader, 1) && known_.contains(reader->input(1))) {
    const auto target = wholes(*reader, "shape", 1);
    const std::vector<Index> rest(target.begin() + !target.empty(), target.end());
    if (rest.size() == 3 && *std::min_element(rest.begin(), rest.end()) > 0 && product(rest) == dims[0])
      dims = rest;
  }
  known_[input.name()] = OnnxValue{.at = {}, .batched = batched, .dims = dims};
  return dims;
}

void OnnxImporter::add_input(const Shape& image) {
  const onnx::ValueInfoProto* only = nullptr;
  for (const auto& input : onnx_.input()) {
    if (known_.contains(input.name())) continue;  // older files list their constants
    require(only == nullptr, "onnx: has several inputs, ", only == nullptr ? "" : only->name(), " and ",
            input.name(), "; networks of one are possible");
    only = &input;
  }
  require(only != nullptr, "onnx: has no input");
  const std::vector<Index> dims = input_dims(*only, image);
  OnnxValue& input = std::get<OnnxValue>(known_[only->name()]);
  const Index size = product(dims);
  require(size >= 1 && size <= most_numbers, "onnx: an input of ", size, " numbers, 1 to ", most_numbers,
          " are possible");
  const auto few = [](Index channels) { return channels == 1 || channels == 3; };
  if (dims.size() == 3) {
    const Shape last{dims[0], dims[1], dims[2]}, first{dims[1], dims[2], dims[0]};
    const bool channel_last = image == last && image != first ? true
                              : image == first                ? false
                                                              : few(dims[2]) && !few(dims[0]);
    builder_.emplace(channel_last ? last : first, Dtype::f32);
    input.places = channel_last ? in_order(size) : channel_first_places(first);
  } else if (dims.size() == 2 && !is_row(dims) && dims[1] != 1) {  // a gray image
    builder_.emplace(Shape{dims[0], dims[1], 1}, Dtype::f32);
    input.places = in_order(size);
  } else if (image.rank() == 3 && image.size() == size) {
    builder_.emplace(image, Dtype::f32);
    input.places = channel_first_places(image);
  } else {
    builder_.emplace(Shape{size}, Dtype::f32);
    input.places = in_order(size);
  }
  input.at = builder_->input();
}

void OnnxImporter::add(const Node& node) {
  using Operator = void (OnnxImporter::*)(const Node&);
  static const std::map<std::string, Operator> operators = {
      {"Conv", &OnnxImporter::convolution},
      {"Gemm", &OnnxImporter::gemm},
      {"MatMul", &OnnxImporter::matrix_product},
      {"Add", &OnnxImporter::arithmetic},
      {"Sub", &OnnxImporter::arithmetic},
      {"Mul", &OnnxImporter::arithmetic},
      {"Div", &OnnxImporter::arithmetic},
      {"Neg", &OnnxImporter::negative},
      {"BatchNormalization", &OnnxImporter::batch_norm},
      {"Relu", &OnnxImporter::function},
      {"LeakyRelu", &OnnxImporter::function},
      {"Sigmoid", &OnnxImporter::function},
      {"Tanh", &OnnxImporter::function},
      {"Clip", &OnnxImporter::clip},
      {"MaxPool", &OnnxImporter::pool},
      {"AveragePool", &OnnxImporter::pool},
      {"GlobalAveragePool", &OnnxImporter::global_average},
      {"ReduceMean", &OnnxImporter::global_average},
      {"ReduceSumSquare", &OnnxImporter::sum_of_squares},
      {"Pad", &OnnxImporter::pad},
      {"Reshape", &OnnxImporter::reshape},
      {"Flatten", &OnnxImporter::change_axes},
      {"Squeeze", &OnnxImporter::change_axes},
      {"Unsqueeze", &OnnxImporter::change_axes},
      {"Transpose", &OnnxImporter::transpose},
      {"Concat", &OnnxImporter::concat},
      {"Softmax", &OnnxImporter::confidences},
      {"LogSoftmax", &OnnxImporter::confidences},
      {"Exp", &OnnxImporter::confidences},
      {"Identity", &OnnxImporter::identity},
      {"Dropout", &OnnxImporter::identity},
      {"Cast", &OnnxImporter::identity},
      {"Constant", &OnnxImporter::add_constant},
      {"Shape", &OnnxImporter::shape},
      {"Gather", &OnnxImporter::fold},
      {"Slice", &OnnxImporter::fold},
  };
  const auto found = operators.find(node.op_type());
  require_node((node.domain().empty() || node.domain() == "ai.onnx") && found != operators.end(), node,
               "is not possible; these are: Conv, Gemm, MatMul, Add, Sub, Mul, Div, Neg, BatchNormalization, "
               "Relu, LeakyRelu, Sigmoid, Tanh, Clip, MaxPool, AveragePool, GlobalAveragePool, ReduceMean, "
               "Pad, Flatten, Reshape, Transpose, Squeeze, Unsqueeze, Concat, Identity, Cast, Dropout, "
               "Constant, and Softmax at the end");
  require_node(node.output_size() >= 1, node, "has no output");
  try {
    (this->*found->second)(node);
  } catch (const Error& error) {
    const std::string what = error.what();
    if (what.starts_with("onnx: node ")) throw;
    throw Error(text("onnx: ", name_of(node), ": ", what.starts_with("onnx: ") ? what.substr(6) : what));
  }
}

// What nodes read.

const OnnxImporter::Known& OnnxImporter::known(const std::string& name) const {
  const auto found = known_.find(name);
  require(found != known_.end(), "onnx: reads '", name,
          "', which nothing before it makes (a cycle, or an input that is missing)");
  return found->second;
}

bool OnnxImporter::is_value(const Node& node, int i) const {
  require_node(has_input(node, i), node, "has no input ", i);
  return std::holds_alternative<OnnxValue>(known(node.input(i)));
}

const OnnxValue& OnnxImporter::value(const Node& node, int i) const {
  require_node(is_value(node, i), node, "has a constant as its input ", i);
  const auto& x = std::get<OnnxValue>(known(node.input(i)));
  require_node(!x.confidence || layout_operators.contains(node.op_type()), node,
               "reads confidences: Softmax is possible at the end alone");
  const bool of_squares =
      node.op_type() == "ReduceSumSquare" || node.op_type() == "Mul" || node.op_type() == "Neg";
  require_node((!x.centroids && !x.gamma) || of_squares, node, "reads squares that are no head's");
  return x;
}

const OnnxNumbers& OnnxImporter::numbers(const Node& node, int i) const {
  require_node(!is_value(node, i), node, "has no constant as its input ", i);
  return std::get<OnnxNumbers>(known(node.input(i)));
}

// Numbers that are an attribute in older operator sets and an input in newer ones.
std::vector<Index> OnnxImporter::wholes(const Node& node, const char* name, int input) const {
  if (!has_input(node, input)) return wholes_or(node, name, {});
  const OnnxNumbers& constant = numbers(node, input);
  std::vector<Index> all;
  for (Index i = 0; i < constant.size(); ++i) all.push_back(constant.whole(i));
  return all;
}

std::vector<Index> OnnxImporter::axes_of(const OnnxValue& x, std::vector<Index> axes,
                                         std::size_t rank) const {
  const Index all = static_cast<Index>(rank) + x.batched;
  for (Index& axis : axes) {
    const Index from_front = axis < 0 ? axis + all : axis;
    require(from_front >= 0 && from_front < all, "onnx: axis ", axis, " of ", all, " dimensions");
    axis = from_front - x.batched;
    require(axis >= 0, "onnx: changes the batch");
  }
  std::sort(axes.begin(), axes.end());
  return axes;
}

const OnnxImporter::Node* OnnxImporter::only_reader(const std::string& name) const {
  const auto found = readers_.find(name);
  return found == readers_.end() || found->second.size() != 1 ? nullptr : found->second.front();
}

std::string OnnxImporter::named(const Node& node, int input) const {
  std::string name = plain(has_input(node, input) ? node.input(input) : "");
  const bool is_number = std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_number) name = plain(node.name().empty() ? node.op_type() + '_' + node.output(0) : node.name());
  const auto taken = [&](const std::string& other) {
    return std::any_of(names_.begin(), names_.end(), [&](const auto& each) { return each.second == other; });
  };
  std::string unique = name;
  for (int k = 2; taken(unique); ++k) unique = text(name, '_', k);
  return unique;
}

void OnnxImporter::keep(const Node& node, Known known) {
  room_ -= std::visit([](auto& made) { return std::ssize(elements(made)); }, known);
  require_node(room_ >= 0, node, "makes more numbers than there is room for, with all that later nodes read");
  require_node(known_.emplace(node.output(0), std::move(known)).second, node, "makes '", node.output(0),
               "', which is there already");
}

// Of a deep network, all maps together would be many times as large as those that are needed at once.
void OnnxImporter::forget_inputs(const Node& node) {
  for (const std::string& input : node.input()) {
    const auto found = known_.find(input);
    if (found == known_.end() || readers_.at(input).back() != &node) continue;
    std::visit(
        [&](auto& read) {
          room_ += std::ssize(elements(read));
          elements(read).clear();
          elements(read).shrink_to_fit();
        },
        found->second);
  }
}

// The end.

void OnnxImporter::find_output() {
  require(onnx_.output_size() >= 1, "onnx: has no output");
  for (const auto& output : onnx_.output()) {
    const Known& made = known(output.name());
    require(std::holds_alternative<OnnxValue>(made), "onnx: output ", output.name(), " is a constant");
    const auto& x = std::get<OnnxValue>(made);
    require(!x.gamma && !x.centroids, "onnx: output ", output.name(), " is a part of a head's squares");
    require(output_ == nullptr || output_->at.number == x.at.number, "onnx: has several outputs, ",
            onnx_.output(0).name(), " and ", output.name(), "; logits and their confidences are possible");
    if (output_ == nullptr || output_->confidence) output_ = &x;
    if (x.confidence) confidence_ = *x.confidence;
    std::vector<Index> declared;
    for (const auto& dim : output.type().tensor_type().shape().dim())
      declared.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    if (x.batched && !declared.empty()) declared.erase(declared.begin());
    const bool open = declared.empty() || *std::min_element(declared.begin(), declared.end()) < 0;
    require(open || product(declared) == std::ssize(x.places), "onnx: output ", output.name(),
            " should have ", open ? 0 : product(declared), " values, and has ", x.places.size());
  }
}

PlanGraph OnnxImporter::graph() && {
  const NoGrad scope;
  std::vector<Index> places;
  PlanValue output = features(*output_, places);
  const Index size = std::ssize(places);
  if (places != in_order(size)) {
    require(size <= 10'000, "onnx: ", size, " outputs in an order of their own");
    OnnxNumbers identity{{size, size}, std::vector<double>(size * size)};
    for (Index i = 0; i < size; ++i) identity.values[i * (size + 1)] = 1;
    output = linear(*output_, identity, {}, "order").at;
  }
  PlanGraph graph = std::move(*builder_).finish(output);
  for (const auto& [value, name] : names_) graph.steps[value - 1].name = name;
  return without_unread(graph);
}

}  // namespace voronet
