// What ONNX nodes say: their attributes, and their names in messages.
#pragma once

#include <voronet/core/error.h>
#include <voronet/core/shape.h>
#include <voronet/core/text.h>

#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

namespace voronet {

// "node Conv conv1", for people.
inline std::string name_of(const onnx::NodeProto& node) {
  const std::string& output = node.output_size() > 0 ? node.output(0) : node.name();
  return text("node ", node.op_type(), " '", node.name().empty() ? output : node.name(), "'");
}

// Throws Error unless the condition holds.
template <class... Parts>
void require_node(bool holds, const onnx::NodeProto& node, const Parts&... parts) {
  if (!holds) throw Error(text("onnx: ", name_of(node), ' ', parts...));
}

inline const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const char* name) {
  for (const onnx::AttributeProto& each : node.attribute())
    if (each.name() == name) return &each;
  return nullptr;
}

inline Index whole_or(const onnx::NodeProto& node, const char* name, Index usual) {
  const auto* found = attribute(node, name);
  return found == nullptr ? usual : found->i();
}
inline double number_or(const onnx::NodeProto& node, const char* name, double usual) {
  const auto* found = attribute(node, name);
  return found == nullptr ? usual : static_cast<double>(found->f());
}
inline std::string word_or(const onnx::NodeProto& node, const char* name, const std::string& usual) {
  const auto* found = attribute(node, name);
  return found == nullptr ? usual : found->s();
}
inline std::vector<Index> wholes_or(const onnx::NodeProto& node, const char* name, std::vector<Index> usual) {
  const auto* found = attribute(node, name);
  return found == nullptr ? usual : std::vector<Index>{found->ints().begin(), found->ints().end()};
}

}  // namespace voronet
