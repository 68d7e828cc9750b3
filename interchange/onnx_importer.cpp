#include <voronet/core/autograd.h>
#include <voronet/interchange/onnx_importer.h>
#include <voronet/interchange/onnx_nodes.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

namespace voronet {
namespace {

constexpr Index oldest_opset = 7, newest_opset = 21;
constexpr Index batch_mark = -1'000'000'007;  // in shapes that nodes compute: however many images there are
constexpr double infinity = std::numeric_limits<double>::infinity();

// What may be read behind a softmax, as it leaves the numbers as they are.
const std::set<std::string> layout_operators = {"Identity", "Cast",    "Dropout",   "Flatten",
                                                "Reshape",  "Squeeze", "Unsqueeze", "Transpose"};

std::vector<double> chosen(const std::vector<double>& values, const std::vector<Index>& places) {
  std::vector<double> result;
  result.reserve(places.size());
  for (const Index place : places) result.push_back(values[static_cast<std::size_t>(place)]);
  return result;
}

// element i of the result at places[i].
std::vector<double> placed(const std::vector<double>& values, const std::vector<Index>& places) {
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) result[static_cast<std::size_t>(places[i])] = values[i];
  return result;
}

// Of a matrix: the elements of each row at these places.
std::vector<double> rows_placed(const OnnxNumbers& matrix, const std::vector<Index>& places) {
  std::vector<double> rows;
  rows.reserve(matrix.values.size());
  for (auto row = matrix.values.begin(); row != matrix.values.end(); row += matrix.dims[1]) {
    const std::vector<double> in_place = placed({row, row + matrix.dims[1]}, places);
    rows.insert(rows.end(), in_place.begin(), in_place.end());
  }
  return rows;
}

// What parameters are called: no character that names in files or messages could stumble over.
std::string plain(std::string name) {
  const std::string ending = ".weight";
  if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
  return name;
}

// Whether only the last of these is not 1.
bool is_row(const std::vector<Index>& dims) { return !dims.empty() && product(dims) == dims.back(); }

// The graph without steps that its output does not need, renumbered.
PlanGraph without_unread(const PlanGraph& graph) {
  std::vector<bool> needed(graph.shapes.size());
  needed[static_cast<std::size_t>(graph.output)] = true;
  for (std::size_t i = graph.steps.size(); i-- > 0;)
    if (const PlanStep& step = graph.steps[i]; needed[static_cast<std::size_t>(step.output)])
      for (const int read : {step.input, step.residual})
        if (read >= 0) needed[static_cast<std::size_t>(read)] = true;
  PlanGraph rest{.dtype = graph.dtype, .shapes = {graph.shape(0)}, .steps = {}};
  std::vector<int> number(graph.shapes.size(), -1);
  number[0] = 0;
  for (PlanStep step : graph.steps) {
    if (!needed[static_cast<std::size_t>(step.output)]) continue;
    number[static_cast<std::size_t>(step.output)] = static_cast<int>(rest.shapes.size());
    rest.shapes.push_back(graph.shape(step.output));
    for (int* value : {&step.input, &step.output, &step.residual})
      if (*value >= 0) *value = number[static_cast<std::size_t>(*value)];
    rest.steps.push_back(std::move(step));
  }
  rest.output = number[static_cast<std::size_t>(graph.output)];
  return rest;
}

Index opset_of(const onnx::ModelProto& model) {
  for (const auto& each : model.opset_import())
    if (each.domain().empty() || each.domain() == "ai.onnx") return each.version();
  throw Error("onnx: the file says no operator set of ONNX's own");
}

}  // namespace

OnnxImporter::OnnxImporter(const onnx::ModelProto& model, const Shape& image)
    : onnx_(model.graph()), opset_(opset_of(model)) {
  const NoGrad scope;
  require(opset_ >= oldest_opset && opset_ <= newest_opset, "onnx: operator set ", opset_, "; ", oldest_opset,
          " to ", newest_opset, " are known");
  require(onnx_.sparse_initializer_size() == 0, "onnx: sparse constants are not known");
  for (const onnx::TensorProto& tensor : onnx_.initializer()) known_[tensor.name()] = numbers_of(tensor);
  for (const Node& node : onnx_.node())
    for (const std::string& input : node.input()) readers_[input].push_back(&node);
  for (const auto& output : onnx_.output()) readers_[output.name()].push_back(nullptr);
  add_input(image);
  for (const Node& node : onnx_.node()) {
    if (node.output_size() > 0 && known_.contains(node.output(0)) && node.op_type() == "Add") continue;
    add(node);
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
  require_node(known_.emplace(node.output(0), std::move(known)).second, node, "makes '", node.output(0),
               "', which is there already");
}

// Linear maps.

PlanValue OnnxImporter::features(const OnnxValue& x, std::vector<Index>& places) {
  places = x.places;
  const Shape map = builder_->shape(x.at);
  if (map.rank() == 1) return x.at;
  for (Index& place : places) {
    const Index pixel = place / map[2], channel = place % map[2];
    place = channel * map[0] * map[1] + pixel;
  }
  const auto found = flattened_.find(x.at.number);
  if (found != flattened_.end()) return found->second;
  return flattened_[x.at.number] = builder_->flatten(x.at);
}

OnnxValue OnnxImporter::linear(const OnnxValue& x, const OnnxNumbers& weight, const std::vector<double>& bias,
                               const std::string& name) {
  const Index outputs = weight.dims[0], inputs = weight.dims[1];
  require(inputs == std::ssize(x.places), "onnx: a matrix of ", inputs, " rows for ", x.places.size(),
          " values");
  std::vector<Index> places;
  const PlanValue from = features(x, places);
  const PlanValue at = builder_->linear(from, tensor_of(rows_placed(weight, places), {outputs, inputs}),
                                        bias.empty() ? Tensor() : tensor_of(bias, {outputs}));
  names_[at.number] = name;
  return {.at = at, .batched = x.batched, .dims = {outputs}, .places = in_order(outputs)};
}

// The constant that is added to the node's result and to nothing else, if it has so many numbers.
const OnnxNumbers* OnnxImporter::bias_behind(const Node& node, Index size) const {
  const Node* add = only_reader(node.output(0));
  if (add == nullptr || add->op_type() != "Add" || add->input_size() != 2) return nullptr;
  const auto found = known_.find(add->input(add->input(0) == node.output(0) ? 1 : 0));
  const auto* bias = found == known_.end() ? nullptr : std::get_if<OnnxNumbers>(&found->second);
  const bool fits = bias != nullptr && bias->size() == size && is_row(bias->dims) && add->output_size() == 1;
  return fits ? bias : nullptr;
}

void OnnxImporter::gemm(const Node& node) {
  const OnnxValue& x = value(node);
  require_node(whole_or(node, "transA", 0) == 0 && is_row(x.dims), node,
               "multiplies more than a row a image");
  OnnxNumbers weight = numbers(node, 1);
  require_node(weight.dims.size() == 2, node, "has a weight of ", weight.dims.size(), " dimensions");
  if (whole_or(node, "transB", 0) == 0) weight = transposed(weight, {1, 0});
  const Index outputs = weight.dims[0];
  std::vector<double> bias;
  if (has_input(node, 2)) {
    const OnnxNumbers& c = numbers(node, 2);
    bias = chosen(c.values, broadcast_places(c, {outputs}));
  }
  const double alpha = number_or(node, "alpha", 1), beta = number_or(node, "beta", 1);
  const bool plain_sum = alpha == 1 && (beta == 1 || bias.empty());
  OnnxValue y = linear(x, weight, plain_sum ? bias : std::vector<double>{}, named(node, 1));
  if (!plain_sum) {
    for (double& b : bias) b *= beta;
    y = affine(y,
               {.scale = std::vector<double>(static_cast<std::size_t>(outputs), alpha),
                .shift = bias,

                .roundings = 3},
               "");
  }
  y.dims.insert(y.dims.begin(), x.dims.size() - 1, 1);
  keep(node, y);
}

void OnnxImporter::matrix_product(const Node& node) {
  const bool weight_first = !is_value(node, 0);
  const OnnxValue& x = value(node, weight_first ? 1 : 0);
  OnnxNumbers weight = numbers(node, weight_first ? 0 : 1);
  require_node(weight.dims.size() == 2, node, "has a matrix of ", weight.dims.size(), " dimensions, not 2");
  const bool column = weight_first && x.dims.size() == 2 && x.dims[1] == 1;
  require_node(weight_first ? column || (!x.batched && x.dims.size() == 1) : is_row(x.dims), node,
               "multiplies more than a row a image");
  if (!weight_first) weight = transposed(weight, {1, 0});
  const OnnxNumbers* bias = bias_behind(node, weight.dims[0]);
  OnnxValue y = linear(x, weight, bias == nullptr ? std::vector<double>{} : bias->values,
                       named(node, weight_first ? 0 : 1));
  y.dims.insert(column ? y.dims.end() : y.dims.begin(), x.dims.size() - 1, 1);
  if (bias != nullptr) keep(*only_reader(node.output(0)), y);
  keep(node, y);
}

// Sums and products.

OnnxValue OnnxImporter::affine(const OnnxValue& x, const Affine& by, const std::string& name) {
  const Shape& shape = builder_->shape(x.at);
  const std::size_t channels = static_cast<std::size_t>(shape[-1]);
  std::vector<std::vector<double>> all;
  bool by_channel = true;
  for (const auto* numbers : {&by.scale, &by.shift, &by.shift_terms}) {
    const auto& values = all.emplace_back(numbers->empty() ? *numbers : placed(*numbers, x.places));
    for (std::size_t i = channels; i < values.size(); ++i) by_channel &= values[i] == values[i % channels];
  }
  Tensors tensors;
  for (std::vector<double>& values : all) {
    if (by_channel && !values.empty()) values.resize(channels);
    tensors.push_back(values.empty() ? Tensor() : tensor_of(values, by_channel ? Shape{shape[-1]} : shape));
  }
  OnnxValue y = x;
  y.at = builder_->scale_shift(x.at, tensors[0], tensors[1], tensors[2], by.roundings);
  if (!name.empty()) names_[y.at.number] = name;
  return y;
}

void OnnxImporter::arithmetic(const Node& node) {
  const bool first = is_value(node, 0), second = is_value(node, 1);
  if (!first && !second) return fold(node);
  if (first && second) return sum_of_values(node);
  const std::string& type = node.op_type();
  const OnnxValue& x = value(node, first ? 0 : 1);
  const OnnxNumbers& constant = numbers(node, first ? 1 : 0);
  require_node(type != "Div" || first, node, "divides by a value; constants are possible");
  if (x.gamma) {
    OnnxValue y = x;
    y.gamma->values = chosen(constant.values, broadcast_places(constant, x.dims));
    require_node(type == "Mul" && x.gamma->values == std::vector<double>(x.gamma->values.size(), 1), node,
                 "changes squares that are no head's");
    return keep(node, y);
  }
  if (type == "Sub" && first && constant.dims.size() == 2 && constant.dims[0] > 1 &&
      x.dims == std::vector<Index>{1, constant.dims[1]}) {
    OnnxValue y = x;
    y.centroids = constant;
    return keep(node, y);
  }
  std::vector<double> numbers = chosen(constant.values, broadcast_places(constant, x.dims));
  Affine by{.scale = {}};
  if (type == "Add" || type == "Sub") {
    if (type == "Sub" && first)
      for (double& number : numbers) number = -number;
    if (!first && type == "Sub") by.scale.assign(numbers.size(), -1);
    by.shift = std::move(numbers);
  } else {
    if (type == "Div")
      for (double& number : numbers) number = 1 / number;
    by.scale = std::move(numbers);
    by.roundings = type == "Div" ? 3 : 2;
  }
  keep(node, affine(x, by, named(node, first ? 1 : 0)));
}

void OnnxImporter::sum_of_values(const Node& node) {
  const std::string& type = node.op_type();
  require_node(type == "Add" || type == "Sub", node,
               "is of two values; of a value and a constant it is possible");
  const OnnxValue &a = value(node, 0), &b = value(node, 1);
  require_node(a.dims == b.dims && a.batched == b.batched && a.places == b.places &&
                   builder_->shape(a.at) == builder_->shape(b.at),
               node, "is of two values of different shapes or layouts");
  OnnxValue y = a;
  const std::vector<double> minus(type == "Sub" ? a.places.size() : 0, -1.0);
  y.at = builder_->add(a.at, minus.empty() ? b.at : affine(b, {.scale = minus}, "").at);
  keep(node, y);
}

// Sums of squares with their gamma: the head's.
void OnnxImporter::negative(const Node& node) {
  if (!is_value(node, 0)) return fold(node);
  const OnnxValue& x = value(node);
  if (!x.gamma) {
    const std::vector<double> minus(x.places.size(), -1.0);
    return keep(node, affine(x, {.scale = minus}, ""));
  }
  const Index classes = x.gamma->size();
  const Tensor gamma = tensor_of(x.gamma->values, {classes});
  OnnxValue y{.batched = x.batched, .dims = {classes}, .places = in_order(classes)};
  std::vector<Index> places;
  const PlanValue from = features(x, places);
  if (x.centroids) {
    const Index size = x.centroids->dims[1];
    y.at = builder_->gauss(from, tensor_of(rows_placed(*x.centroids, places), {classes, size}), gamma);
  } else {
    require_node(places == in_order(std::ssize(places)), node, "is of squares in an order of their own");
    y.at = builder_->squares(from, gamma);
  }
  keep(node, y);
}

void OnnxImporter::sum_of_squares(const Node& node) {
  const OnnxValue& x = value(node);
  const std::vector<Index> axes = axes_of(x, wholes(node, "axes", 1), x.dims.size());
  require_node(x.dims.size() == 2 && whole_or(node, "keepdims", 1) == 0 && !x.gamma &&
                   axes == std::vector<Index>{x.centroids ? 1 : 0},
               node, "sums squares otherwise than the head of a network of centroids");
  OnnxValue y = x;
  const Index classes = x.centroids ? x.centroids->dims[0] : x.dims[1];
  y.dims = {classes};
  y.gamma = OnnxNumbers{{classes}, std::vector<double>(static_cast<std::size_t>(classes), 1.0)};
  keep(node, y);
}

void OnnxImporter::batch_norm(const Node& node) {
  const OnnxValue& x = value(node);
  require_node(whole_or(node, "training_mode", 0) == 0, node, "is in training mode");
  const Index channels = x.dims.empty() ? 1 : x.dims[0], inner = std::ssize(x.places) / channels;
  const OnnxNumbers &scale = numbers(node, 1), &shift = numbers(node, 2), &mean = numbers(node, 3),
                    &variance = numbers(node, 4);
  for (const OnnxNumbers* each : {&scale, &shift, &mean, &variance})
    require_node(each->size() == channels, node, "has ", each->size(), " numbers for ", channels,
                 " channels");
  const double epsilon = number_or(node, "epsilon", static_cast<double>(1e-5F));
  // Roundings as our own batch-norm counts them (layers/batch_norm.cpp).
  Affine by{.scale = {}, .roundings = 15};
  for (Index i = 0; i < std::ssize(x.places); ++i) {
    const auto c = static_cast<std::size_t>(i / inner);
    by.scale.push_back(scale.values[c] / std::sqrt(variance.values[c] + epsilon));
    by.shift.push_back(shift.values[c] - mean.values[c] * by.scale.back());
    by.shift_terms.push_back(std::abs(shift.values[c]) + std::abs(mean.values[c] * by.scale.back()));
  }
  keep(node, affine(x, by, named(node, 1)));
}

void OnnxImporter::function(const Node& node) {
  OnnxValue y = value(node);
  const std::string& type = node.op_type();
  using enum Function::Kind;
  if (type == "Relu")
    y.at = builder_->relu(y.at);
  else if (type == "LeakyRelu")
    y.at = builder_->function(
        y.at, {.kind = leaky_relu, .slope = number_or(node, "alpha", static_cast<double>(0.01F))});
  else
    y.at = builder_->function(y.at, {.kind = type == "Tanh" ? tanh : sigmoid});
  keep(node, y);
}

void OnnxImporter::clip(const Node& node) {
  OnnxValue y = value(node);
  const auto end = [&](const char* name, int input, double usual) {
    if (!has_input(node, input)) return number_or(node, name, usual);
    require_node(numbers(node, input).size() == 1, node, "has an end of several numbers");
    return numbers(node, input).values[0];
  };
  const double low = end("min", 1, -infinity), high = end("max", 2, infinity);
  if (low == 0 && high >= static_cast<double>(std::numeric_limits<float>::max()))
    y.at = builder_->relu(y.at);
  else
    y.at = builder_->function(y.at, {.kind = Function::Kind::clamp, .low = low, .high = high});
  keep(node, y);
}

void OnnxImporter::confidences(const Node& node) {
  OnnxValue y = value(node);
  if (node.op_type() != "Exp") {
    const Index rank = std::ssize(y.dims) + y.batched, axis = whole_or(node, "axis", opset_ < 13 ? 1 : -1);
    require_node(is_row(y.dims) && (axis == -1 || axis == rank - 1 || opset_ < 13), node,
                 "is not over the classes alone");
  }
  y.confidence = node.op_type() == "Exp" ? Head::Confidence::exponential : Head::Confidence::softmax;
  keep(node, y);
}

// The order of elements.

void OnnxImporter::identity(const Node& node) {
  if (node.op_type() == "Cast") {
    const Index to = whole_or(node, "to", 0);
    const bool fine = !is_value(node, 0) || to == onnx::TensorProto::FLOAT || to == onnx::TensorProto::DOUBLE;
    require_node(fine, node, "makes its values other than floats");
  }
  if (is_value(node, 0)) return keep(node, value(node));
  keep(node, numbers(node, 0));
}

void OnnxImporter::shape(const Node& node) {
  require_node(attribute(node, "start") == nullptr && attribute(node, "end") == nullptr, node,
               "asks for a part of a shape");
  OnnxNumbers sizes;
  if (is_value(node, 0)) {
    const OnnxValue& x = value(node);
    if (x.batched) sizes.values.push_back(batch_mark);
    sizes.values.insert(sizes.values.end(), x.dims.begin(), x.dims.end());
  } else {
    const std::vector<Index>& dims = numbers(node, 0).dims;
    sizes.values.assign(dims.begin(), dims.end());
  }
  sizes.dims = {sizes.size()};
  keep(node, sizes);
}

void OnnxImporter::reshape(const Node& node) {
  std::vector<Index> target = wholes(node, "shape", 1);
  const bool of_value = is_value(node, 0);
  std::vector<Index> dims = of_value ? value(node).dims : numbers(node, 0).dims;
  const Index size = product(dims);
  bool batched = of_value && value(node).batched;
  if (batched) {
    const Index first = target.empty() ? -2 : target[0];
    Index rest = 1;
    bool open = false;
    for (std::size_t i = 1; i < target.size(); ++i) {
      const Index t = target[i] == 0 && i <= dims.size() ? dims[i - 1] : target[i];
      open |= t < 0;
      rest = open ? 0 : product({rest, t});
    }
    const bool keeps = first == batch_mark || first == 0 ||
                       (first > 0 && first == batch_ && (open || rest == size)) ||
                       (first == -1 && rest == size);
    require_node(keeps || batch_ == 1, node, "changes the batch");
    batched = keeps;
    if (keeps) target.erase(target.begin());
  }
  Index known = 1, open = -1;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && i < dims.size()) target[i] = dims[i];
    if (target[i] == -1 && open < 0)
      open = static_cast<Index>(i);
    else
      require_node(target[i] >= 0, node, "has a target that is no shape"),
          known = product({known, target[i]});
  }
  if (open >= 0) {
    require_node(known > 0 && size % known == 0, node, "has a target that does not fit ", size, " values");
    target[static_cast<std::size_t>(open)] = size / known;
  }
  require_node(product(target) == size, node, "makes ", product(target), " of ", size, " values");
  if (of_value) {
    OnnxValue y = value(node);
    y.dims = target;
    y.batched = batched;
    return keep(node, y);
  }
  keep(node, OnnxNumbers{target, numbers(node, 0).values});
}

void OnnxImporter::change_axes(const Node& node) {
  const bool of_value = is_value(node, 0);
  OnnxValue x = of_value ? value(node) : OnnxValue{.batched = false, .dims = numbers(node, 0).dims};
  const std::string& type = node.op_type();
  if (type == "Flatten") {
    const Index axis = whole_or(node, "axis", 1), rank = std::ssize(x.dims) + 1;
    require_node(x.batched && (axis == 1 || axis == 1 - rank), node, "flattens more than each image");
    x.dims = {product(x.dims)};
  } else if (type == "Unsqueeze") {
    const std::vector<Index> axes = wholes(node, "axes", 1);
    for (const Index axis : axes_of(x, axes, x.dims.size() + axes.size())) {
      require_node(axis <= std::ssize(x.dims), node, "adds a dimension too far");
      x.dims.insert(x.dims.begin() + axis, 1);
    }
  } else {
    std::vector<Index> axes = axes_of(x, wholes(node, "axes", 1), x.dims.size());
    if (!has_input(node, 1) && attribute(node, "axes") == nullptr)
      for (Index i = 0; i < std::ssize(x.dims); ++i)
        if (x.dims[static_cast<std::size_t>(i)] == 1) axes.push_back(i);
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    for (std::size_t i = axes.size(); i-- > 0;) {
      require_node(x.dims[static_cast<std::size_t>(axes[i])] == 1, node,
                   "takes away a dimension that is not 1");
      x.dims.erase(x.dims.begin() + axes[i]);
    }
  }
  if (of_value) return keep(node, x);
  keep(node, OnnxNumbers{x.dims, numbers(node, 0).values});
}

void OnnxImporter::transpose(const Node& node) {
  const bool of_value = is_value(node, 0);
  const Index rank =
      of_value ? std::ssize(value(node).dims) + value(node).batched : std::ssize(numbers(node, 0).dims);
  std::vector<Index> order = in_order(rank);
  std::reverse(order.begin(), order.end());
  order = wholes_or(node, "perm", order);
  if (!of_value) return keep(node, transposed(numbers(node, 0), order));
  OnnxValue y = value(node);
  if (y.batched) {
    require_node(!order.empty() && order[0] == 0, node, "moves the batch");
    order.erase(order.begin());
    for (Index& d : order) --d;
  }
  const std::vector<Index> from = transposed_places(y.dims, order), dims = y.dims, places = y.places;
  for (std::size_t i = 0; i < from.size(); ++i) y.places[i] = places[static_cast<std::size_t>(from[i])];
  for (std::size_t d = 0; d < order.size(); ++d) y.dims[d] = dims[static_cast<std::size_t>(order[d])];
  keep(node, y);
}

void OnnxImporter::concat(const Node& node) {
  if (!is_value(node, 0)) return fold(node);
  OnnxValue all = value(node);
  const Index axis = axes_of(all, {whole_or(node, "axis", 0)}, all.dims.size()).front();
  const std::vector<Index> before(all.dims.begin(), all.dims.begin() + axis);
  for (int i = 1; i < node.input_size(); ++i) {
    const OnnxValue& next = value(node, i);
    OnnxValue joined = all;
    joined.dims[static_cast<std::size_t>(axis)] =
        next.dims.size() == all.dims.size() ? next.dims[static_cast<std::size_t>(axis)] : -1;
    require_node(joined.dims == next.dims && next.batched == all.batched, node,
                 "joins values of different shapes");
    joined.dims[static_cast<std::size_t>(axis)] += all.dims[static_cast<std::size_t>(axis)];
    const Index a = builder_->shape(all.at)[-1], b = builder_->shape(next.at)[-1];
    joined.at = builder_->concat(all.at, next.at);
    require_node(product(joined.dims) <= most_numbers, node, "makes more than ", most_numbers, " numbers");
    joined.places.clear();
    const Index outer = product(before);
    const auto append = [&](const OnnxValue& x, Index o, Index channels, Index from) {
      const Index inner = std::ssize(x.places) / std::max<Index>(outer, 1);
      for (Index e = o * inner; e < (o + 1) * inner; ++e) {
        const Index place = x.places[static_cast<std::size_t>(e)];
        joined.places.push_back(place / channels * (a + b) + from + place % channels);
      }
    };
    for (Index o = 0; o < outer; ++o) append(all, o, a, 0), append(next, o, b, a);
    all = std::move(joined);
  }
  keep(node, all);
}

// Constants, of which exporters compute shapes.

void OnnxImporter::add_constant(const Node& node) {
  if (const auto* tensor = attribute(node, "value")) return keep(node, numbers_of(tensor->t()));
  for (const char* one : {"value_float", "value_int"})
    if (const auto* number = attribute(node, one))
      return keep(node, OnnxNumbers{{},
                                    {number->has_f() ? static_cast<double>(number->f())
                                                     : static_cast<double>(number->i())}});
  for (const char* several : {"value_floats", "value_ints"})
    if (const auto* list = attribute(node, several)) {
      OnnxNumbers numbers;
      numbers.values.assign(list->floats().begin(), list->floats().end());
      numbers.values.insert(numbers.values.end(), list->ints().begin(), list->ints().end());
      numbers.dims = {numbers.size()};
      return keep(node, numbers);
    }
  require_node(false, node, "holds neither numbers nor a tensor of them");
}

void OnnxImporter::fold(const Node& node) {
  const std::string& type = node.op_type();
  require_node(!is_value(node, 0), node, "is possible of constants alone");
  OnnxNumbers result = numbers(node, 0);
  if (type == "Neg") {
    for (double& each : result.values) each = -each;
  } else if (type == "Gather") {
    require_node(result.dims.size() == 1 && whole_or(node, "axis", 0) == 0, node,
                 "takes rows of a constant matrix");
    const OnnxNumbers& at = numbers(node, 1);
    OnnxNumbers taken{at.dims, {}};
    for (Index i = 0; i < at.size(); ++i) {
      const Index place = at.whole(i) < 0 ? at.whole(i) + result.size() : at.whole(i);
      require_node(place >= 0 && place < result.size(), node, "takes a number that is not there");
      taken.values.push_back(result.values[static_cast<std::size_t>(place)]);
    }
    result = taken;
  } else if (type == "Concat") {
    for (int i = 1; i < node.input_size(); ++i) {
      const std::vector<double>& more = numbers(node, i).values;
      result.values.insert(result.values.end(), more.begin(), more.end());
    }
    result.dims = {result.size()};
  } else if (type == "Slice") {
    const std::vector<Index> from = wholes(node, "starts", 1), to = wholes(node, "ends", 2);
    require_node(result.dims.size() == 1 && from.size() == 1 && to.size() == 1 && !has_input(node, 4), node,
                 "takes a part of a constant matrix");
    const auto within = [&](Index i) {
      return std::clamp<Index>(i < 0 ? i + result.size() : i, 0, result.size());
    };
    const Index first = within(from[0]), last = std::max(first, within(to[0]));
    result.values = {result.values.begin() + first, result.values.begin() + last};
    result.dims = {result.size()};
  } else {
    const OnnxNumbers& other = numbers(node, 1);
    const std::vector<double> by = chosen(other.values, broadcast_places(other, result.dims));
    for (std::size_t i = 0; i < by.size(); ++i) {
      double& each = result.values[i];
      each = type == "Add"   ? each + by[i]
             : type == "Sub" ? each - by[i]
             : type == "Mul" ? each * by[i]
                             : each / by[i];
    }
  }
  keep(node, result);
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
    OnnxNumbers identity{{size, size}, std::vector<double>(static_cast<std::size_t>(size * size))};
    for (Index i = 0; i < size; ++i) identity.values[static_cast<std::size_t>(i * (size + 1))] = 1;
    output = linear(*output_, identity, {}, "order").at;
  }
  PlanGraph graph = std::move(*builder_).finish(output);
  for (const auto& [value, name] : names_) graph.steps[static_cast<std::size_t>(value - 1)].name = name;
  return without_unread(graph);
}

}  // namespace voronet
