#include <voronet/interchange/onnx_graph.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace voronet {
namespace {

constexpr int ir_version = 7, operator_set = 13;  // both of ONNX 1.8, which runtimes have known since 2020
constexpr std::size_t most_bytes = std::numeric_limits<int>::max();  // of a protobuf message

void set_type(onnx::ValueInfoProto& value, const OnnxGraph::Name& name, const Shape& shape) {
  value.set_name(name);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("n");
  for (const Index size : shape) type.mutable_shape()->add_dim()->set_dim_value(size);
}

bool same_numbers(const Tensor& a, const Tensor& b) {
  return a.size() == b.size() && std::memcmp(a.data<float>(), b.data<float>(), a.size() * sizeof(float)) == 0;
}

}  // namespace

OnnxGraph::OnnxGraph(Module& network) {
  model_.set_ir_version(ir_version);
  model_.set_producer_name("voronet");
  model_.add_opset_import()->set_version(operator_set);
  model_.mutable_graph()->set_name("network");
  const State state = network.state();
  for (const auto* entries : {&state.parameters, &state.buffers})
    named_.insert(named_.end(), entries->begin(), entries->end());
}

OnnxGraph::Name OnnxGraph::input(const Name& name, const Shape& shape) {
  set_type(*model_.mutable_graph()->add_input(), name, shape);
  return name;
}

// A node of its own, since only it can give a value, which may be the input, this name.
void OnnxGraph::output(const Name& name, const Name& value, const Shape& shape) {
  auto& identity = *model_.mutable_graph()->add_node();
  identity.set_op_type("Identity");
  identity.set_name(name);
  identity.add_input(value);
  identity.add_output(name);
  set_type(*model_.mutable_graph()->add_output(), name, shape);
}

OnnxGraph::Name OnnxGraph::node(const std::string& type, const std::vector<Name>& inputs,
                                const Attributes& attributes) {
  const Name name = text(type, '_', model_.graph().node_size());
  auto& node = *model_.mutable_graph()->add_node();
  node.set_op_type(type);
  node.set_name(name);
  for (const Name& input : inputs) node.add_input(input);
  node.add_output(name);
  for (const auto& [key, value] : attributes) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(key);
    if (const auto* number = std::get_if<Index>(&value)) {
      attribute.set_type(onnx::AttributeProto::INT);
      attribute.set_i(*number);
    } else if (const auto* fraction = std::get_if<double>(&value)) {
      attribute.set_type(onnx::AttributeProto::FLOAT);
      attribute.set_f(static_cast<float>(*fraction));
    } else if (const auto* word = std::get_if<std::string>(&value)) {
      attribute.set_type(onnx::AttributeProto::STRING);
      attribute.set_s(*word);
    } else {
      attribute.set_type(onnx::AttributeProto::INTS);
      for (const Index i : std::get<std::vector<Index>>(value)) attribute.add_ints(i);
    }
  }
  return name;
}

OnnxGraph::Name OnnxGraph::constant(const Tensor& tensor) {
  const Name name = name_for(tensor);
  auto& constant = *model_.mutable_graph()->add_initializer();
  constant.set_name(name);
  constant.set_data_type(onnx::TensorProto::FLOAT);
  for (const Index size : tensor.shape()) constant.add_dims(size);
  constant.set_raw_data(tensor.data<float>(), tensor.size() * sizeof(float));
  return name;
}

OnnxGraph::Name OnnxGraph::constant(const std::vector<Index>& integers) {
  auto& constant = *model_.mutable_graph()->add_initializer();
  constant.set_name(text("integers_", model_.graph().initializer_size()));
  constant.set_data_type(onnx::TensorProto::INT64);
  constant.add_dims(std::ssize(integers));
  for (const Index i : integers) constant.add_int64_data(i);
  return constant.name();
}

// A plan holds copies of what layers hand it: mostly parameters, but also what they compute of them (as
// batch-norm does). So a parameter's name goes to who has its numbers; once, since names must differ.
OnnxGraph::Name OnnxGraph::name_for(const Tensor& tensor) {
  const auto found = std::find_if(named_.begin(), named_.end(), [&](const State::Entry& entry) {
    return same_numbers(*entry.tensor, tensor);
  });
  if (found == named_.end()) return text("constant_", model_.graph().initializer_size() + 1);
  const Name name = found->name;
  named_.erase(found);
  return name;
}

void OnnxGraph::describe(const std::string& text) { model_.set_doc_string(text); }

void OnnxGraph::metadata(const std::string& key, const std::string& value) {
  auto& entry = *model_.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

std::string OnnxGraph::bytes() const {
  const std::size_t size = model_.ByteSizeLong();
  require(size <= most_bytes, "onnx: the model takes ", size, " bytes, an ONNX file may have ", most_bytes);
  std::string bytes;
  require(model_.SerializeToString(&bytes), "onnx: the model cannot be written");
  return bytes;
}

}  // namespace voronet
