// The operators that compute from numbers: linear maps, sums and products, functions, a head's squares.
#include <voronet/interchange/onnx_importer.h>
#include <voronet/interchange/onnx_nodes.h>

#include <cmath>
#include <limits>

namespace voronet {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// element i of the result at places[i].
std::vector<double> placed(const std::vector<double>& values, const std::vector<Index>& places) {
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) result[places[i]] = values[i];
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

}  // namespace

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
    y = affine(y, {.scale = std::vector<double>(outputs, alpha), .shift = bias, .roundings = 3}, "");
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
  if (bias != nullptr) {
    const Node* sum = only_reader(node.output(0));
    keep(*sum, y);
    absorbed_.insert(sum);
  }
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
  y.gamma = OnnxNumbers{{classes}, std::vector<double>(classes, 1.0)};
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

}  // namespace voronet
