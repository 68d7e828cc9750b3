#include <voronet/core/file.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/interchange/onnx_import.h>
#include <voronet/interchange/onnx_numbers.h>
#include <voronet/layers/plan/inference_plan.h>

#include <map>
#include <set>

#include "support/near.h"
#include "support/skip.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

// Debian's libonnx-testdata: the tests of each operator that come with ONNX.
const fs::path node_tests = "/usr/share/libonnx-testdata/data/node";

const std::set<std::string> operators = {
    "Conv",       "Gemm",    "MatMul",    "Add",         "Sub",
    "Mul",        "Div",     "Relu",      "Sigmoid",     "BatchNormalization",
    "Tanh",       "MaxPool", "Pad",       "AveragePool", "GlobalAveragePool",
    "ReduceMean", "Flatten", "Reshape",   "Transpose",   "Squeeze",
    "Unsqueeze",  "Concat",  "Identity",  "Constant",    "Cast",
    "Dropout",    "Clip",    "LeakyRelu", "Softmax",     "LogSoftmax"};

template <class Message>
Message read(const fs::path& path) {
  Message message;
  REQUIRE(message.ParseFromString(read_file(path)));
  return message;
}

// The model whose first input alone varies: the others have the values of the test.
onnx::ModelProto with_constants(const fs::path& test) {
  auto model = read<onnx::ModelProto>(test / "model.onnx");
  onnx::GraphProto& graph = *model.mutable_graph();
  for (int i = 1; i < graph.input_size(); ++i) {
    if (!graph.input(i).type().has_tensor_type()) continue;
    onnx::TensorProto& constant = *graph.add_initializer();
    constant = read<onnx::TensorProto>(test / "test_data_set_0" / text("input_", i, ".pb"));
    constant.set_name(graph.input(i).name());
  }
  return model;
}

bool has_known_operators(const onnx::GraphProto& graph) {
  return std::ranges::all_of(graph.node(),
                             [](const auto& node) { return operators.contains(node.op_type()); });
}

OnnxNumbers numbers_in(const fs::path& path) { return numbers_of(read<onnx::TensorProto>(path)); }

// What the network makes of the test's input, in ONNX's order. Throws Error where it is refused.
std::vector<double> run(const onnx::ModelProto& model, const fs::path& data) {
  const auto& sizes = model.graph().input_size() == 0 ? onnx::TensorShapeProto()
                                                      : model.graph().input(0).type().tensor_type().shape();
  std::vector<Index> dims;
  for (const auto& dim : sizes.dim()) dims.push_back(dim.dim_value());
  const std::size_t rank = dims.size();
  const bool is_map = rank >= 3;
  const Shape image = is_map ? Shape{dims[rank - 2], dims[rank - 1], dims[rank - 3]} : Shape{};
  const auto network = network_of_onnx(model.SerializeAsString(), "test", image);
  const Shape& input = network->graph().shape(0);
  const OnnxNumbers given = numbers_in(data / "input_0.pb");
  const Index count = given.size() / input.size();
  const Tensor x = input.rank() == 3
                       ? transpose(from(given.values, {count, input[2], input[0], input[1]}), {0, 2, 3, 1})
                       : from(given.values, batch_shape(count, input));
  Tensor y = InferencePlan(*network, input, count).run(x);
  const std::string last = model.graph().node(model.graph().node_size() - 1).op_type();
  return (last == "Softmax" ? softmax(y) : last == "LogSoftmax" ? log_softmax(y) : y).to_vector();
}

}  // namespace

TEST_CASE("ONNX's own tests of each operator give what they should, or are refused with a reason") {
  if (!fs::exists(node_tests)) return skipped("needs Debian's package libonnx-testdata");
  int passed = 0;
  std::map<std::string, std::string> refused;
  for (const auto& entry : fs::directory_iterator(node_tests)) {
    const std::string name = entry.path().filename();
    CAPTURE(name);
    const onnx::ModelProto model = with_constants(entry.path());
    if (!has_known_operators(model.graph())) continue;
    const fs::path data = entry.path() / "test_data_set_0";
    std::vector<double> ours;
    try {
      ours = run(model, data);
    } catch (const Error& error) {
      refused[name] = error.what();
      continue;
    }
    CHECK(distance(ours, numbers_in(data / "output_0.pb").values) < 1e-5);
    ++passed;
  }
  std::string reasons;
  for (const auto& [name, why] : refused) {
    CHECK(why.find("onnx: ") != std::string::npos);
    reasons += '\n' + name + ": " + why;
  }
  MESSAGE(passed, " passed, ", refused.size(), " refused:", reasons);
  CHECK(passed >= 100);
}
