// OnnxImporter: an ONNX graph on its way to a plan's graph, node by node.
//
// Feature maps are channel-last here and whatever the nodes make of them there. So a value is a plan's value
// and, for each of the elements as ONNX orders them, its place among the plan's: reshapes, transpositions and
// the like change this order alone, and whoever reads the value by its elements (a linear map, a constant
// that is added) puts its own numbers into the plan's order.
#pragma once

#include <voronet/interchange/onnx_numbers.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/plan/builder.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace voronet {

struct OnnxValue {
  PlanValue at = {};
  bool batched = true;              // whether ONNX's first dimension is the batch
  std::vector<Index> dims = {};     // ONNX's shape, without the batch
  std::vector<Index> places = {};   // of each element, row-major in dims, among the plan's
  std::optional<Pads> padded = {};  // zeros still to be put around a map by the convolutions that read it
  // Behind logits: what these are the confidences of. Of a head of squares: x - centroids, or their sums.
  std::optional<Head::Confidence> confidence = {};
  std::optional<OnnxNumbers> centroids = {}, gamma = {};
};

class OnnxImporter {
 public:
  // image: of the inputs, (h, w, c), where the file leaves it open (and what order flat inputs have); rank 0:
  // not known.
  OnnxImporter(const onnx::ModelProto& model, const Shape& image);

  // The plan's graph, whose steps have the names of their weights. Its output is the network's logits, in
  // ONNX's order.
  PlanGraph graph() &&;
  // What the file's confidences are of them, softmax where it has none.
  Head::Confidence confidence() const { return confidence_; }

 private:
  using Node = onnx::NodeProto;
  using Known = std::variant<OnnxValue, OnnxNumbers>;

  void add_input(const Shape& image);
  std::vector<Index> input_dims(const onnx::ValueInfoProto& input, const Shape& image);
  void add(const Node& node);
  void add_constant(const Node& node);
  void find_output();

  // One operator, or a family of them, each.
  void convolution(const Node& node);
  void gemm(const Node& node);
  void matrix_product(const Node& node);
  void arithmetic(const Node& node);
  void sum_of_values(const Node& node);
  void batch_norm(const Node& node);
  void function(const Node& node);
  void identity(const Node& node);
  void shape(const Node& node);
  void clip(const Node& node);
  void pool(const Node& node);
  void global_average(const Node& node);
  void pad(const Node& node);
  void reshape(const Node& node);
  void change_axes(const Node& node);
  void transpose(const Node& node);
  void concat(const Node& node);
  void confidences(const Node& node);
  void sum_of_squares(const Node& node);
  void negative(const Node& node);
  void fold(const Node& node);  // of constants alone

  // What a node reads and says. Those without `or` throw Error where it is missing.
  bool has_input(const Node& node, int i) const {
    return i >= 0 && i < node.input_size() && !node.input(i).empty();
  }
  const Known& known(const std::string& name) const;
  bool is_value(const Node& node, int i) const;
  const OnnxValue& value(const Node& node, int i = 0) const;
  const OnnxNumbers& numbers(const Node& node, int i) const;
  std::vector<Index> wholes(const Node& node, const char* attribute, int input) const;
  // The dimensions, counted without the batch, that these name.
  std::vector<Index> axes_of(const OnnxValue& x, std::vector<Index> axes, std::size_t rank) const;
  const Node* only_reader(const std::string& name) const;

  // Throws Error unless x is a map, (c, h, w) in ONNX.
  void require_map(const Node& node, const OnnxValue& x) const;
  // Where a node's windows lie on a map of this height and width.
  struct Windows {
    Index height, width;                                     // of a window
    Index row_stride, column_stride, row_step, column_step;  // step: of a dilated window's elements
    Pads pads;
  };
  Windows windows_of(const Node& node, Index height, Index width, const Shape& map) const;
  PlanValue features(const OnnxValue& x, std::vector<Index>& places);
  // weight: (out, in) in ONNX's order of the inputs.
  OnnxValue linear(const OnnxValue& x, const OnnxNumbers& weight, const std::vector<double>& bias,
                   const std::string& name);
  const OnnxNumbers* bias_behind(const Node& node, Index size) const;
  // x scale + shift by constants of x's dims, given element by element; empty for none.
  struct Affine {
    std::vector<double> scale = {}, shift = {}, shift_terms = {};
    Index roundings = 2;
  };
  OnnxValue affine(const OnnxValue& x, const Affine& by, const std::string& name);
  OnnxValue map_of(PlanValue at) const;  // as a node leaves a map
  std::string named(const Node& node, int input) const;
  void keep(const Node& node, Known known);
  void forget_inputs(const Node& node);  // those that no later node reads

  const onnx::GraphProto& onnx_;
  Index opset_ = 0, batch_ = -1;  // -1: any
  std::map<std::string, Known> known_;
  Index room_;  // for how many more numbers and places there
  std::map<std::string, std::vector<const Node*>> readers_;
  std::set<const Node*> absorbed_;  // additions of biases that a linear map has taken
  std::optional<PlanBuilder> builder_;
  std::map<int, std::string> names_;  // of the numbers of the steps that write these values
  std::map<int, PlanValue> flattened_;
  const OnnxValue* output_ = nullptr;
  Head::Confidence confidence_ = Head::Confidence::softmax;
};

}  // namespace voronet
