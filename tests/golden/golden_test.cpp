// Training and a gradient penalty against the numbers that tests/golden/lenet_training.py got from PyTorch.
// Data and initial parameters come from the same integer generator on both sides; the script says how.
#include <voronet/core/autograd.h>
#include <voronet/core/file.h>
#include <voronet/core/operators.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>
#include <voronet/optim/projection.h>
#include <voronet/optim/sgd.h>

#include <cmath>

#include "golden/golden_data.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

constexpr Index batch_size = 128, classes = 10;

const nlohmann::json& golden() {
  static const auto numbers =
      nlohmann::json::parse(read_file(VORONET_SOURCE_DIR "/tests/golden/lenet_training.json"));
  return numbers;
}

struct Batch {
  Tensor images;
  std::vector<int> labels;
};

Batch make_batch(std::uint64_t step, Dtype dtype) {
  std::vector<int> labels;
  std::vector<double> pixels;
  for (Index n = 0; n < batch_size; ++n) {
    labels.push_back(static_cast<int>(splitmix64(1000 + step, n + 1) % classes));
    for (Index i = 0; i < 28 * 28; ++i) {
      const bool in_band = i % 28 / 3 == labels.back();
      const auto noise = static_cast<double>(splitmix64(2000 + step, n * 28 * 28 + i + 1) % 128);
      pixels.push_back((noise + (in_band ? 127 : 0)) / 255);
    }
  }
  return {from(pixels, {batch_size, 28, 28, 1}, dtype), labels};
}

Classifier make_network(const std::string& head, Dtype dtype) {
  Random random;
  Classifier network({.head = head, .duq = {.centroid_size = 7}}, random);
  network.to(dtype);
  const Tensors parameters = network.parameters();
  const std::vector<double> fan_in{25, 25, 150, 150, 256, 256, 120, 120, 10, 10};
  for (std::size_t i = 0; i < parameters.size(); ++i)
    fill_uniform(parameters[i], 100 + i, -2 / std::sqrt(fan_in[i]), 2 / std::sqrt(fan_in[i]));
  if (head == "gauss") {
    fill_uniform(parameters[8], 108, 0, 1);
    parameters[9].assign(full({classes}, 0.5));
  }
  if (head == "duq") {
    fill_uniform(parameters[8], 108, -0.3, 0.3);
    fill_uniform(dynamic_cast<DuqHead&>(network.head()).sums, 109, -1, 1);
  }
  return network;
}

struct Training {
  std::string head, loss;
  double rate, head_decay, loss_decay;
};

std::vector<double> losses(const Training& training, Dtype dtype) {
  Classifier network = make_network(training.head, dtype);
  const std::unique_ptr<Loss> loss = make_loss(training.loss, classes, dtype);
  State state = network.state();
  loss->describe(state);
  Tensors all;
  for (const auto& entry : state.parameters) all.push_back(*entry.tensor);
  Sgd sgd({{{all.begin(), all.begin() + 8}, 5e-4},
           {{all.begin() + 8, all.begin() + 10}, training.head_decay},
           {{all.begin() + 10, all.end()}, training.loss_decay}},
          {.rate = training.rate, .momentum = 0.9});

  std::vector<double> values;
  for (std::uint64_t step = 0; step < 10; ++step) {
    const auto [images, labels] = make_batch(step, dtype);
    const Tensor value = (*loss)(network(images), labels);
    sgd.step(grad(value, all));
    for (const auto& entry : state.parameters)
      project_to_box(*entry.tensor, entry.bounds.low, entry.bounds.high);
    values.push_back(value.item());
  }
  return values;
}

struct DuqTraining {
  std::vector<double> losses, centroids;
};

DuqTraining train_duq(Dtype dtype) {
  Classifier network = make_network("duq", dtype);
  auto& head = dynamic_cast<DuqHead&>(network.head());
  Sgd sgd(network.parameters(), {.rate = 0.01, .momentum = 0.9, .weight_decay = 5e-4});
  std::vector<double> losses;
  for (std::uint64_t step = 0; step < 10; ++step) {
    const auto [images, labels] = make_batch(step, dtype);
    const Tensor x = variable(images), logits = network(x);
    const Tensor value = DuqLoss()(logits, labels) + gradient_penalty(head.confidences(logits), x);
    sgd.step(grad(value, network.parameters()));
    head.after_step(network.features(images), labels);
    losses.push_back(value.item());
  }
  return {losses, head.class_spaces().centroids.to_vector()};
}

double largest_relative_difference(const std::vector<double>& actual, const std::vector<double>& expected) {
  REQUIRE(actual.size() == expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i)
    largest = std::max(largest, std::abs(actual[i] - expected[i]) / std::abs(expected[i]));
  return largest;
}

}  // namespace

TEST_CASE("ten steps of training LeNet follow PyTorch's losses") {
  for (const Training& training :
       {Training{"softmax", "softmax", 0.1, 5e-4, 0}, Training{"gauss", "ce-2022", 0.02, 0, 5e-3}}) {
    const std::vector<double> expected = golden()[training.loss];
    INFO(training.loss);
    CHECK(largest_relative_difference(losses(training, Dtype::f64), expected) < 1e-9);
    CHECK(largest_relative_difference(losses(training, Dtype::f32), expected) < 1e-3);
  }
}

TEST_CASE("ten steps of training DUQ follow PyTorch's losses, and end with its centroids") {
  const auto& expected = golden()["duq"];
  for (const auto& [dtype, tolerance] : {std::pair{Dtype::f64, 1e-9}, {Dtype::f32, 1e-3}}) {
    const DuqTraining training = train_duq(dtype);
    CHECK(largest_relative_difference(training.losses, expected["losses"]) < tolerance);
    CHECK(largest_relative_difference(training.centroids, expected["centroids"]) < tolerance);
  }
}

TEST_CASE("a gradient penalty through LeNet has PyTorch's value and gradients") {
  for (const std::string head : {"softmax", "gauss"}) {
    Classifier network = make_network(head, Dtype::f64);
    const Tensor images = variable(make_batch(0, Dtype::f64).images);
    const Tensor penalty = gradient_penalty(network(images), images);
    const auto& expected = golden()["penalty"][head];
    CHECK(penalty.item() == doctest::Approx(expected["value"].get<double>()).epsilon(1e-12));
    const std::vector<double> norms = expected["gradient_norms"];
    const Tensors gradients = grad(penalty, network.parameters());
    REQUIRE(gradients.size() == norms.size());
    for (std::size_t i = 0; i < norms.size(); ++i)
      CHECK(std::sqrt(sum(square(gradients[i])).item()) == doctest::Approx(norms[i]).epsilon(1e-9));
  }
}
