// OnnxGraph: an ONNX model that is being built, node by node. (The one header that needs ONNX's own.)
#pragma once

#include <voronet/layers/module.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <onnx/onnx_pb.h>

namespace voronet {

class OnnxGraph {
 public:
  using Name = std::string;  // of a value: the input, a constant, or what a node makes
  using Attributes =
      std::vector<std::pair<std::string, std::variant<Index, double, std::string, std::vector<Index>>>>;

  // Constants that equal a tensor of the network get its name.
  explicit OnnxGraph(Module& network);

  // Shapes are those of ONNX, without the batch, whose size stays open.
  Name input(const Name& name, const Shape& shape);
  void output(const Name& name, const Name& value, const Shape& shape);
  // What an operator of set 13 makes of the inputs.
  Name node(const std::string& type, const std::vector<Name>& inputs, const Attributes& attributes = {});
  // Tensors are of f32.
  Name constant(const Tensor& tensor);
  Name constant(const std::vector<Index>& integers);

  void describe(const std::string& text);
  void metadata(const std::string& key, const std::string& value);

  // The file's bytes. Throws Error when they would be more than ONNX allows.
  std::string bytes() const;

 private:
  Name name_for(const Tensor& tensor);

  onnx::ModelProto model_;
  std::vector<State::Entry> named_;  // the network's tensors whose names are not taken yet
};

}  // namespace voronet
