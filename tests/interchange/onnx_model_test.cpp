#include <voronet/core/file.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/safetensors.h>
#include <voronet/interchange/onnx_model.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/sequential.h>

#include <map>

#include "layers/plan/plan_networks.h"
#include <doctest/doctest.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// What ONNX itself finds valid, with shapes that fit one another.
onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(bytes));
  onnx::checker::check_model(model);
  onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), {true, 1, false});
  return model;
}

// "logits (n, 10)"
std::string signature(const onnx::ValueInfoProto& value) {
  std::string line = value.name() + " (";
  for (const auto& dim : value.type().tensor_type().shape().dim())
    line += (line.ends_with('(') ? "" : ", ") +
            (dim.has_dim_param() ? dim.dim_param() : std::to_string(dim.dim_value()));
  return line + ")";
}

Tensor numbers_of(const onnx::TensorProto& tensor, const Shape& shape) {
  const Tensor numbers(shape, Dtype::f32);
  REQUIRE(tensor.raw_data().size() == numbers.values<float>().size_bytes());
  tensor.raw_data().copy(reinterpret_cast<char*>(numbers.mutable_data<float>()), tensor.raw_data().size());
  return numbers;
}

std::map<std::string, onnx::TensorProto> constants(const onnx::ModelProto& model) {
  std::map<std::string, onnx::TensorProto> by_name;
  for (const auto& tensor : model.graph().initializer()) by_name[tensor.name()] = tensor;
  return by_name;
}

}  // namespace

TEST_CASE("the ONNX models of all heads are valid and say what they take, give and are") {
  Random random(1);
  for (const std::string& head : heads()) {
    INFO(head);
    Classifier network({.head = head, .mean = {0.25}}, random);
    const onnx::ModelProto model = parsed(onnx_model(network));
    CHECK(model.opset_import(0).version() == 13);
    REQUIRE(model.graph().input_size() == 1);
    CHECK(signature(model.graph().input(0)) == "images (n, 1, 28, 28)");
    REQUIRE(model.graph().output_size() == 2);
    CHECK(signature(model.graph().output(0)) == "logits (n, 10)");
    CHECK(signature(model.graph().output(1)) == "confidences (n, 10)");
    CHECK(model.doc_string().find("lenet with a " + head + " head") != std::string::npos);
    Settings settings;
    for (const auto& entry : model.metadata_props()) settings[entry.key()] = entry.value();
    CHECK(settings == to_settings(network.config()));
  }
}

TEST_CASE("a network of points is a valid model of points") {
  Random random(1);
  ClassifierConfig config{.model = "mlp", .head = "gauss", .classes = 3, .mean = {1, 2}, .deviation = {3, 4}};
  config.take_inputs({2});
  Classifier network(config, random);
  const onnx::ModelProto model = parsed(onnx_model(network));
  CHECK(signature(model.graph().input(0)) == "points (n, 2)");
  CHECK(signature(model.graph().output(0)) == "logits (n, 3)");
  CHECK(model.doc_string().starts_with(
      "Classifies points: mlp with a gauss head. points: (n, d); the normalisation"));
}

TEST_CASE("a head with confidences of its own has no ONNX model of them") {
  class OwnHead : public SoftmaxHead {
   public:
    using SoftmaxHead::SoftmaxHead;
    Confidence confidence() const override { return Confidence::own; }
  };
  Random random(1);
  const ClassifierConfig config = {
      .model = "flat", .embedding = 4, .head = "own", .classes = 3, .height = 2, .width = 2};
  Classifier network(config, std::make_unique<Flatten>(), std::make_unique<OwnHead>(4, 3, random));
  CHECK_THROWS_WITH_AS(onnx_model(network), "onnx: no operator is known for the confidences of head own",
                       Error);
}

TEST_CASE("a model's tensors have the names and the numbers of the network's parameters") {
  Random random(1);
  for (const std::string head : {"softmax", "gauss"}) {
    Classifier network({.head = head}, random);
    auto named = constants(parsed(onnx_model(network)));
    for (const State::Entry& entry : network.state().parameters) {
      INFO(entry.name);
      REQUIRE(named.contains(entry.name));
      CHECK(numbers_of(named[entry.name], entry.tensor->shape()).to_vector() == entry.tensor->to_vector());
    }
  }
}

TEST_CASE("deep networks are valid models, whose convolutions keep their names") {
  Random random(1);
  for (const std::string model : {"resnet18", "resnet50", "vgg16"}) {
    INFO(model);
    Classifier network({.model = model, .model_width = 2, .height = 32, .width = 32, .channels = 3}, random);
    const auto named = constants(parsed(onnx_model(network)));
    for (const State::Entry& entry : network.state().parameters)
      if (entry.tensor->rank() >= 2) CHECK_MESSAGE(named.contains(entry.name), entry.name);
  }
}

TEST_CASE("parameters with equal numbers have names of their own, whichever has which") {
  Random random(1);
  Sequential network;
  for (const char* name : {"a", "b"}) {
    auto layer = std::make_unique<Linear>(3, 3, random);
    layer->weight.assign(ones({3, 3}));
    layer->bias.assign(zeros({3}));
    network.add(name, std::move(layer));
  }
  const auto named = constants(parsed(onnx_model(network, {3})));
  for (const char* name : {"a.weight", "a.bias", "b.weight", "b.bias"}) CHECK(named.contains(name));
}

TEST_CASE("a network without layers is a valid model") {
  Sequential network;
  const onnx::ModelProto model = parsed(onnx_model(network, {4, 5, 3}));
  CHECK(signature(model.graph().input(0)) == "input (n, 3, 4, 5)");
  CHECK(signature(model.graph().output(0)) == "output (n, 3, 4, 5)");
}

TEST_CASE("the same network gives the same bytes") {
  Random random(1);
  Classifier network({}, random);
  CHECK(onnx_model(network) == onnx_model(network));
}

TEST_CASE("what cannot be exported is refused by its name") {
  Sequential network;
  network.add("first", Undescribed());
  CHECK_THROWS_WITH_AS(onnx_model(network, {3}),
                       "onnx: layer first does not describe itself to plans (Module::plan), so it cannot be "
                       "exported",
                       Error);
  Undescribed alone;
  CHECK_THROWS_WITH_AS(onnx_model(alone, {3}),
                       "onnx: layer (the network itself) does not describe itself to plans (Module::plan), "
                       "so it cannot be exported",
                       Error);
  Random random(1);
  Classifier wide({}, random);
  wide.to(Dtype::f64);
  CHECK_THROWS_WITH_AS(onnx_model(wide),
                       "onnx: the network is of f64, which runtimes' convolutions do not take; turn it to "
                       "f32 first",
                       Error);
  Linear layer(3, 2, random);
  CHECK_THROWS_AS(onnx_model(layer, {4}), const Error&);
}
