// The registry of layers: every class of the library that derives from Module or Loss has a sample here. Its
// gradients in the input and in all parameters are checked to the second order. A new layer takes one line in
// samples().
#include <voronet/attacks/gradient/gradient_attack.h>
#include <voronet/layers/activation.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/dropout.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/heads/quadratic.h>
#include <voronet/layers/layer_norm.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/networks/graph_network.h>
#include <voronet/layers/networks/residual_block.h>
#include <voronet/layers/normalize.h>
#include <voronet/layers/plan/graph_text.h>
#include <voronet/layers/pooling.h>
#include <voronet/layers/sequential.h>

#include <memory>
#include <set>
#include <typeinfo>

#include "gradients/gradient_check.h"
#include "readme/readme_layer.h"
#include "support/source_files.h"
#include <cxxabi.h>
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Random random(11);

Tensor any(const Shape& shape) { return uniform(shape, -1.5, 1.5, random, Dtype::f64); }

// A step of each kind that graphs have.
std::shared_ptr<Module> graph() {
  const auto network = std::make_shared<GraphNetwork>(plan::graph_of_text(
      "4x4x2; convolution 0 weight=3x2x2x2 bias=3; function 1 function=tanh; function 1 function=sigmoid; "
      "concat 2 with=3; pad 4 top=1 right=1 nearest; pad 5 left=1; function 6 function=leaky_relu slope=0.2; "
      "average_pool 7 size=2 stride=1; elementwise 8 weight=72 bias=72; function 9 function=clamp low=-1 "
      "high=1; "
      "elementwise 10 with=8; elementwise 11 relu; max_pool 12 size=2 stride=2; flatten 13; "
      "linear 14 weight=3x12 bias=3; 15",
      1000));
  for (const Tensor& parameter : network->parameters())
    parameter.assign(uniform(parameter.shape(), -1, 1, random));
  return network;
}

// The name of an object's own class, without namespace.
template <class T>
std::string class_name(const T& object) {
  const std::unique_ptr<char, decltype(&std::free)> full(
      abi::__cxa_demangle(typeid(object).name(), nullptr, nullptr, nullptr), &std::free);
  const std::string name = full.get();
  return name.substr(name.rfind(':') + 1);
}

// A function of `input` and the parameters that the state names, as a sample. Random streams are put back to
// where they are now before each call.
template <class Call>
Sample with_parameters(const std::string& name, const Tensor& input, const State& state, const Call& call) {
  Tensors inputs{input};
  for (const auto& entry : state.parameters) inputs.push_back(entry.tensor->detach().to(Dtype::f64));
  std::vector<Random> streams;
  for (const auto& [stream_name, stream] : state.randoms) streams.push_back(*stream);
  return {name, inputs, [=](const Tensors& values) {
            for (std::size_t i = 0; i < state.parameters.size(); ++i)
              *state.parameters[i].tensor = values[i + 1];
            for (std::size_t i = 0; i < streams.size(); ++i) *state.randoms[i].second = streams[i];
            return call(values[0]);
          }};
}

Sample layer(const Tensor& input, std::shared_ptr<Module> module) {
  module->to(Dtype::f64);
  return with_parameters(class_name(*module), input, module->state(),
                         [module](const Tensor& x) { return (*module)(x); });
}

// Of logits (2, 3), which are below 0, as a Gauss head's are.
Sample loss(std::shared_ptr<Loss> loss) {
  State state;
  loss->describe(state);
  return with_parameters(class_name(*loss), uniform({2, 3}, -3, -0.5, random, Dtype::f64), state,
                         [loss](const Tensor& logits) {
                           return (*loss)(logits, std::vector<int>{2, 0});
                         });
}

std::shared_ptr<Module> small_sequence() {
  auto sequence = std::make_shared<Sequential>();
  sequence->add(Linear(3, 4, random));
  sequence->add(ReLU());
  return sequence;
}

std::shared_ptr<Module> evaluating(std::shared_ptr<Module> module) {
  module->eval();
  return module;
}

// In evaluation mode, in which the vector of a spectral norm stays where it is.
template <class Layer>
std::shared_ptr<Layer> limited(std::shared_ptr<Layer> layer, const Shape& input) {
  layer->limit_norm(0.2, input, random);
  layer->eval();
  return layer;
}

std::vector<Sample> samples() {
  const ClassifierConfig lenet{.embedding = 4, .head = "gauss", .classes = 3, .height = 16, .width = 16};
  using Terms = std::vector<TailoredLoss::Term>;
  const Shape images{2, 4, 5, 2}, features{2, 3};
  const ConvTranspose2dLayerOptions upwards{.stride = 2, .padding = 1};
  return {
      layer(any(features), std::make_shared<ReLU>()),
      layer(any(features), std::make_shared<Tanh>()),
      layer(any(features), std::make_shared<Sigmoid>()),
      layer(any(images), std::make_shared<BatchNorm>(2)),
      layer(any({4, 3}), std::make_shared<BatchNorm>(3)),
      layer(any(images), evaluating(std::make_shared<BatchNorm>(2))),
      layer(any(images), std::make_shared<Conv2d>(2, 3, 3, random, Conv2dLayerOptions{.padding = 1})),
      layer(any(images), std::make_shared<Conv2d>(2, 3, 1, random, Conv2dLayerOptions{.bias = false})),
      layer(any(images), limited(std::make_shared<Conv2d>(2, 3, 3, random), {1, 4, 5, 2})),
      layer(any(features), limited(std::make_shared<Linear>(3, 4, random), {1, 3})),
      layer(any({2, 3, 2, 2}), std::make_shared<ConvTranspose2d>(2, 3, 3, random, upwards)),
      layer(any(images), std::make_shared<LayerNorm>(2)),
      layer(any(features), std::make_shared<Dropout>(0.5, Random(5))),
      layer(any(images), std::make_shared<Flatten>()),
      layer(any({2, 3, 2}), std::make_shared<Flatten>()),
      layer(any(features), std::make_shared<Linear>(3, 4, random)),
      layer(any(features), std::make_shared<Linear>(3, 4, random, Linear::Bias::no)),
      layer(any(images), std::make_shared<Normalize>(std::vector{0.5, 0.25}, std::vector{2.0, 0.5})),
      layer(any(images), std::make_shared<MaxPool2d>()),
      layer(any(images), std::make_shared<AvgPool2d>()),
      layer(any(images), std::make_shared<GlobalAvgPool2d>()),
      layer(any(images), std::make_shared<BasicBlock>(2, 2, 1, random)),
      layer(any(images), std::make_shared<BasicBlock>(2, 3, 2, random)),
      layer(any(images), std::make_shared<Bottleneck>(2, 1, 2, random)),
      layer(any(features), small_sequence()),
      layer(any(features), std::make_shared<Scale>(3)),
      layer(any(features), std::make_shared<SoftmaxHead>(3, 4, random)),
      layer(any(features), std::make_shared<GaussHead>(3, 4, random)),
      layer(any(features), std::make_shared<DuqHead>(3, 4, random, DuqOptions{.centroid_size = 2})),
      layer(any(features), std::make_shared<DduHead>(3, 4, random)),
      layer(any(features), evaluating(std::make_shared<DduHead>(3, 4, random))),
      layer(any(features), std::make_shared<QuadraticHead>(3, 4, 2, random)),
      layer(any({2, 4, 4, 2}), graph()),
      layer(any({2, 16, 16, 1}), std::make_shared<Classifier>(lenet, random)),
      loss(std::make_shared<SoftmaxLoss>()),
      loss(std::make_shared<TailoredLoss>(Terms{{0.25, 0.95}, {1, 0.68}})),
      loss(std::make_shared<BceLoss>(3)),
      loss(std::make_shared<CeLoss>(3)),
      loss(std::make_shared<DuqLoss>()),
      loss(std::make_shared<MarginLoss>()),
  };
}

// All classes in the library's sources that derive from `base` and that no other class derives from.
std::set<std::string> concrete_classes(const std::string& base) {
  std::set<std::string> found;
  const std::string derived =
      R"(\b(?:class|struct)\s+(\w+)(?:\s+final)?\s*:\s*(?:public\s+)?)" + base + R"(\b)";
  for (const auto& [name, file] : find_in_sources(derived)) {
    std::set<std::string> further = concrete_classes(name);
    if (further.empty())
      found.insert(name);
    else
      found.merge(further);
  }
  return found;
}

}  // namespace

TEST_CASE("every layer's and loss's gradients agree with differences to the second order") {
  for (const Sample& sample : samples()) CHECK(gradient_mistake(sample) == "");
}

TEST_CASE("every layer and loss of the library is registered") {
  std::set<std::string> registered;
  for (const Sample& sample : samples()) registered.insert(sample.name);
  for (const char* base : {"Module", "Loss"}) {
    const std::set<std::string> classes = concrete_classes(base);
    CHECK(classes.size() >= 4);
    for (const std::string& name : classes) {
      INFO(name << " has no sample in tests/gradient_layers_test.cpp");
      CHECK(registered.contains(name));
    }
  }
}
