// VGG and ResNet against the numbers that tests/golden/deep_networks.py got from PyTorch. Data and parameters
// come from the same integer generator on both sides; the script says how.
#include <voronet/core/autograd.h>
#include <voronet/core/file.h>
#include <voronet/core/operators.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/networks/resnet.h>
#include <voronet/layers/networks/vgg.h>
#include <voronet/optim/sgd.h>

#include <cmath>
#include <map>

#include "golden/golden_data.h"
#include "support/near.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

constexpr Index batch_size = 8, classes = 10;

const nlohmann::json& golden() {
  static const auto numbers =
      nlohmann::json::parse(read_file(VORONET_SOURCE_DIR "/tests/golden/deep_networks.json"));
  return numbers;
}

// "vgg16", "resnet50", ...
std::unique_ptr<Sequential> untrained(const std::string& name, Index width) {
  Random random;
  if (name.starts_with("vgg")) return vgg(std::stoi(name.substr(3)), {.model_width = width}, random);
  return resnet(std::stoi(name.substr(6)), {.model_width = width}, random);
}

std::unique_ptr<Sequential> make(const std::string& name, Dtype dtype) {
  auto network = untrained(name, 4);
  network->to(dtype);
  std::map<std::string, Tensor> by_name;
  for (const auto& entry : network->state().parameters) by_name[entry.name] = *entry.tensor;
  std::uint64_t seed = 100;
  for (const auto& [parameter, tensor] : by_name) {
    if (tensor.rank() == 4) {
      const double bound = std::sqrt(6 / static_cast<double>(tensor.shape().without(0).size()));
      fill_uniform(tensor, seed++, -bound, bound);
    } else {
      const bool weight = parameter.ends_with("weight");
      fill_uniform(tensor, seed++, weight ? 0.5 : -0.1, weight ? 1.5 : 0.1);
    }
  }
  return network;
}

Tensor images(std::uint64_t step, Dtype dtype) {
  const Tensor pixels({batch_size, 32, 32, 3}, dtype);
  fill_uniform(pixels, 2000 + step, -1, 1);
  return pixels;
}

std::vector<int> labels(std::uint64_t step) {
  std::vector<int> all;
  for (Index n = 0; n < batch_size; ++n)
    all.push_back(static_cast<int>(splitmix64(1000 + step, n + 1) % classes));
  return all;
}

std::vector<double> first(const Tensor& x, std::size_t count) {
  std::vector<double> values = x.to_vector();
  values.resize(std::min(values.size(), count));
  return values;
}

}  // namespace

TEST_CASE("VGG and ResNet of two widths have as many parameters as PyTorch's") {
  for (const auto& [model, widths] : golden()["parameters"].items())
    for (const auto& [width, expected] : widths.items()) {
      if (sanitized && std::stoi(width) > 16) continue;  // drawing millions of weights takes a minute
      const std::string name = model;
      CAPTURE(name);
      Index count = 0;
      for (const Tensor& p : untrained(name, std::stoi(width))->parameters()) count += p.size();
      CHECK(count == expected.get<Index>());
    }
}

TEST_CASE("outputs and running statistics of VGG and ResNet are PyTorch's") {
  const NoGrad scope;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    const double tolerance = dtype == Dtype::f64 ? 1e-11 : 1e-3;
    for (const auto& [model, expected] : golden()["forward"].items()) {
      const std::string name = model;
      CAPTURE(name);
      const auto network = make(name, dtype);
      const auto train = expected["train"].get<std::vector<double>>();
      CHECK(distance(first((*network)(images(0, dtype)), train.size()), train) < tolerance);
      network->eval();
      const auto eval = expected["eval"].get<std::vector<double>>();
      CHECK(distance(first((*network)(images(0, dtype)), eval.size()), eval) < tolerance);
      network->train();
      (*network)(images(1, dtype));
      const State state = network->state();
      CHECK(state.buffers.size() == expected["statistics"].size());
      for (const auto& buffer : state.buffers)
        CHECK(distance({sum(*buffer.tensor).item()}, {expected["statistics"][buffer.name].get<double>()}) <
              tolerance);
    }
  }
}

TEST_CASE("VGG and ResNet train as in PyTorch") {
  for (const auto& [model, expected] : golden()["training"].items()) {
    const std::string name = model;
    CAPTURE(name);
    const auto network = make(name, Dtype::f64);
    const Tensors parameters = network->parameters();
    Sgd sgd(parameters, {.rate = 0.05, .momentum = 0.9, .weight_decay = 5e-4});
    const auto loss = make_loss("softmax", classes, Dtype::f64);
    for (std::uint64_t step = 0; step < expected.size(); ++step) {
      const Tensor features = (*network)(images(step, Dtype::f64));
      const Tensor value = (*loss)(slice(features, 1, 0, classes), labels(step));
      CHECK(value.item() == doctest::Approx(expected[step].get<double>()).epsilon(1e-8));
      sgd.step(grad(value, parameters));
    }
  }
}
