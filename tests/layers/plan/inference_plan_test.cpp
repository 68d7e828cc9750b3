#include <voronet/core/memory.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/dropout.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/networks/lenet.h>
#include <voronet/layers/pooling.h>
#include <voronet/layers/sequential.h>

#include <latch>
#include <thread>

#include "layers/plan/plan_networks.h"
#include "layers/plan/random_network.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

Classifier lenet_classifier(const std::string& head = "softmax") {
  Random random(5);
  return Classifier({.head = head}, random);
}

}  // namespace

TEST_CASE("a plan computes what its network computes: random networks, odd sizes, any batch") {
  for (std::uint64_t seed = 0; seed < 150; ++seed)
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      Random random(seed);
      const Shape image{between(4, 17, random), between(4, 17, random), between(1, 4, random)};
      const auto net = random_network(image, random);
      net->to(dtype);
      const State state = net->state();
      if (state.parameters.empty() && state.buffers.empty() && dtype == Dtype::f64) continue;  // always f32
      const Index max_batch = between(1, 9, random);
      const InferencePlan plan(*net, image, max_batch);
      for (Index n = 1; n <= max_batch; ++n) {
        const Tensor x = uniform(batch_shape(n, image), -1, 1, random, dtype);
        INFO("seed " << seed << ", " << n << " images");
        CHECK(relative_error(plan.run(x), evaluated(*net, x)) < tolerance(dtype));
      }
    }
}

TEST_CASE("a classifier's plan includes normalisation and head; LeNet runs in chunks") {
  for (const char* head : {"softmax", "gauss"})
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      Classifier net = lenet_classifier(head);
      net.to(dtype);
      const InferencePlan plan(net, net.input_shape(), 100);
      CHECK(plan.images_a_chunk() > 1);
      CHECK(plan.images_a_chunk() < 100);
      Random random(1);
      for (const Index n :
           {Index{1}, Index{7}, plan.images_a_chunk(), plan.images_a_chunk() + 1, Index{100}}) {
        const Tensor x = uniform({n, 28, 28, 1}, 0, 1, random, dtype);
        CHECK(relative_error(plan.run(x), evaluated(net, x)) < tolerance(dtype));
      }
    }
}

TEST_CASE(
    "an image has the same result to the bit in any batch, for any number of threads, in chunks or not") {
  Random random(2);
  Classifier small = lenet_classifier();
  Sequential large;  // more parameters than the cache holds
  large.add(Conv2d(3, 48, 3, random, {.padding = 1}));
  large.add(ResidualBlock(48, 64, 2, random));
  large.add(Flatten());
  large.add(Linear(64 * 64, 100, random));
  for (const auto& [net, image, in_chunks] :
       {std::tuple<Module*, Shape, bool>{&small, {28, 28, 1}, true}, {&large, {16, 16, 3}, false}}) {
    const InferencePlan plan(*net, image, 60);
    CHECK((plan.images_a_chunk() < 60) == in_chunks);
    const Tensor x = uniform(batch_shape(60, image), 0, 1, random);
    const auto expected = with_threads(1, [&] { return plan.run(x).to_vector(); });
    for (const int n : {2, 3, 5}) CHECK(with_threads(n, [&] { return plan.run(x).to_vector(); }) == expected);
    const Index outputs = std::ssize(expected) / 60;
    for (const Index n : {1, 2, 7, 59}) {
      const auto some = plan.run(slice(x, 0, 0, n)).to_vector();
      CHECK(some == std::vector(expected.begin(), expected.begin() + n * outputs));
    }
    CHECK(relative_error(plan.run(x), evaluated(*net, x)) < 1e-5);
  }
}

#if !defined(__SANITIZE_ADDRESS__)  // which lets no buffer be used again
TEST_CASE("after its first run a plan asks the system for no memory, whatever the batch") {
  Classifier net = lenet_classifier();
  Random random(3);
  for (const int n : {1, 2}) {
    const ThreadsAre scope(n);
    const InferencePlan plan(net, net.input_shape(), 100);
    Tensors batches;
    for (const Index size : {100, 1, 37, 99}) batches.push_back(uniform({size, 28, 28, 1}, 0, 1, random));
    for (const Tensor& x : batches) plan.run(x);  // also makes room for the results
    const auto before = memory::statistics().system_allocations;
    for (const Tensor& x : batches) plan.run(x);
    CHECK(memory::statistics().system_allocations == before);
  }
}
#endif

TEST_CASE("a plan keeps the parameters that it was made with, and outlives its network") {
  auto net = std::make_unique<Classifier>(lenet_classifier());
  const Tensor x = full({2, 28, 28, 1}, 0.3);
  const auto expected = evaluated(*net, x);
  const InferencePlan plan(*net, net->input_shape(), 2);
  for (const Tensor& parameter : net->parameters()) parameter.assign(zeros(parameter.shape()));
  CHECK(relative_error(plan.run(x), expected) < 1e-5);
  net.reset();
  CHECK(relative_error(plan.run(x), expected) < 1e-5);
}

TEST_CASE("a plan evaluates also while the network is in training, and leaves its mode alone") {
  Random random(4);
  Sequential net;
  net.add(Dropout(0.5, random));
  net.add(Undescribed());
  const InferencePlan plan(net, {6}, 3);
  CHECK(kinds(plan.graph()) == std::vector{PlanKind::module});
  const Tensor x = uniform({3, 6}, -1, 1, random);
  CHECK(relative_error(plan.run(x), evaluated(net, x)) == 0);
  CHECK(net.training());
}

TEST_CASE("a layer that does not describe itself runs through its own forward, in evaluation mode") {
  struct Mode : Module {
    Tensor forward(const Tensor& x) override { return training() ? x * 0 : x + 1; }
  } mode;
  const InferencePlan plan(mode, {2, 2, 1}, 4);
  CHECK(plan.run(zeros({3, 2, 2, 1})).to_vector() == std::vector<double>(12, 1));
  CHECK(mode.training());
}

TEST_CASE("several threads may run one plan, also of a layer that asks for its mode") {
  struct Meeting : Module {
    Tensor forward(const Tensor& x) override {
      if (x.dim(0) == 2) {  // stays until the other one is here too
        inside.count_down();
        both.wait();
      } else if (x.dim(0) == 3) {  // stays until the other one has gone
        both.count_down();
        gone.wait();
      }
      return training() ? x * 0 : x + 1;
    }
    std::latch inside{1}, both{1}, gone{1};
  } layer;
  const InferencePlan plan(layer, {1}, 3);
  Tensor first, second;
  std::thread other([&] {
    first = plan.run(zeros({2, 1}));
    layer.gone.count_down();
  });
  layer.inside.wait();
  second = plan.run(zeros({3, 1}));
  other.join();
  CHECK(first.to_vector() == std::vector<double>(2, 1));
  CHECK(second.to_vector() == std::vector<double>(3, 1));
  CHECK(layer.training());
}

TEST_CASE("a network that does nothing gives a copy of its input") {
  Random random(1);
  Dropout nothing(0.5, random);
  const InferencePlan plan(nothing, {3}, 2);
  const Tensor x = from({1, 2, 3}, {1, 3}), y = plan.run(x);
  CHECK(y.to_vector() == x.to_vector());
  CHECK_FALSE(y.shares_storage_with(x));
}

TEST_CASE("NaN goes through a plan's ReLU as through the layer") {
  ReLU layer;
  const InferencePlan plan(layer, {3}, 1);
  const auto y = plan.run(from({-1, std::nan(""), 2}, {1, 3})).to_vector();
  CHECK(y[0] == 0);
  CHECK(std::isnan(y[1]));
  CHECK(y[2] == 2);
}

TEST_CASE("inputs that are not what the plan was made for are refused") {
  Classifier net = lenet_classifier();
  CHECK_THROWS_WITH_AS(InferencePlan(net, {28, 28, 1}, 0), "plan: a batch of at most 0 images", const Error&);
  const InferencePlan plan(net, {28, 28, 1}, 4);
  for (const Shape& shape : {Shape{5, 28, 28, 1}, {0, 28, 28, 1}, {1, 28, 28}, {1, 28, 1, 28}, {}})
    CHECK_THROWS_AS(plan.run(zeros(shape)), const Error&);
  CHECK_THROWS_WITH_AS(plan.run(zeros({1, 28, 28, 1}, Dtype::f64)),
                       "plan: input (1, 28, 28, 1) of f64 is not 1 to 4 times (28, 28, 1) of f32",
                       const Error&);
}
