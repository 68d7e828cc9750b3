#include <voronet/core/autograd.h>
#include <voronet/optim/sgd.h>

#include <limits>

#include "optim/optimizer_paths.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("SGD takes PyTorch's steps, with momentum, Nesterov and decay of both signs") {
  const std::map<std::string, SgdOptions> runs = {
      {"sgd", {.rate = 0.1}},
      {"sgd momentum", {.rate = 0.1, .momentum = 0.9}},
      {"sgd momentum decay", {.rate = 0.05, .momentum = 0.9, .weight_decay = 0.01}},
      {"sgd nesterov decay", {.rate = 0.05, .momentum = 0.8, .weight_decay = 0.01, .nesterov = true}},
      {"sgd negative decay", {.rate = 0.1, .momentum = 0.9, .weight_decay = -0.05}},
  };
  for (const auto& run : runs) {
    CAPTURE(run.first);
    const auto make = [&](const Tensor& p) { return Sgd(Tensors{p}, run.second); };
    CHECK(largest_difference(run.first, Dtype::f64, make) < 1e-12);
    CHECK(largest_difference(run.first, Dtype::f32, make) < 1e-5);
  }
}

TEST_CASE("each group has its own weight decay") {
  const Tensor kept = ones({2}), shrunk = ones({3}), grown = ones({1});
  Sgd sgd({{{kept}}, {{shrunk}, 0.5}, {{grown}, -0.5}}, {.rate = 0.1});
  sgd.step({zeros({2}), zeros({3}), zeros({1})});
  CHECK(kept.at(1) == 1);
  CHECK(shrunk.at(2) == doctest::Approx(0.95));
  CHECK(grown.at(0) == doctest::Approx(1.05));
}

TEST_CASE("SGD writes into the parameters of a module, also into a long one that is updated in pieces") {
  const Tensor parameter = variable(zeros({100000}));
  Sgd sgd(Tensors{parameter}, {.rate = 0.5});
  sgd.set_rate(0.25);
  CHECK(sgd.rate() == 0.25);
  sgd.step({ones({100000})});
  const auto values = parameter.values<float>();
  CHECK(std::all_of(values.begin(), values.end(), [](float v) { return v == -0.25F; }));
}

TEST_CASE("SGD goes on exactly after save and load") {
  const auto steps = [](Sgd& sgd, const Tensor& parameter, int first, int last) {
    for (int step = first; step < last; ++step) sgd.step({gradient(parameter, step)});
  };
  const SgdOptions options{.momentum = 0.9};
  const Tensor whole = start(Dtype::f32), first = start(Dtype::f32);
  Sgd uninterrupted(Tensors{whole}, options), before(Tensors{first}, options);
  steps(uninterrupted, whole, 0, 6);
  steps(before, first, 0, 3);
  const auto saved = before.save();
  const Tensor second = first.clone();
  steps(before, first, 3, 4);  // what was saved is a copy
  Sgd after(Tensors{second}, options);
  after.load(saved);
  steps(after, second, 3, 6);
  CHECK(second.to_vector() == whole.to_vector());
}

TEST_CASE("SGD refuses bad options, gradients and saved states, and changes nothing then") {
  const Tensor a = ones({2}), b = ones({3});
  for (const double momentum : {-0.1, 1.0})
    CHECK_THROWS_AS(Sgd(Tensors{a}, {.momentum = momentum}), const Error&);
  CHECK_THROWS_AS(Sgd(Tensors{a}, {.rate = -1}), const Error&);
  CHECK_THROWS_WITH_AS(Sgd(Tensors{a}, {.nesterov = true}), "Sgd: Nesterov needs momentum", const Error&);

  Sgd sgd(Tensors{a, b}, {.rate = 1, .momentum = 0.5});
  CHECK_THROWS_AS(sgd.set_rate(std::nan("")), const Error&);
  CHECK_THROWS_WITH_AS(sgd.step({ones({2})}), "optimizer: 1 gradients for 2 parameters", const Error&);
  CHECK_THROWS_WITH_AS(sgd.step({ones({2}), ones({2})}),
                       "optimizer: gradient 1 is f32 (2), its parameter f32 (3)", const Error&);
  CHECK_THROWS_AS(sgd.step({ones({2}), ones({3}, Dtype::f64)}), const Error&);
  CHECK(a.at(0) == 1);

  auto saved = sgd.save();
  saved["velocity.0"] = full({2}, 7);
  auto missing = saved;
  missing.erase("velocity.1");
  CHECK_THROWS_WITH_AS(sgd.load(missing), "optimizer: saved state has no velocity.1", const Error&);
  auto misshapen = saved;
  misshapen["velocity.1"] = ones({4});
  CHECK_THROWS_WITH_AS(sgd.load(misshapen), "optimizer: saved velocity.1 is (4), not (3)", const Error&);
  auto impossible = saved;
  for (const double steps : {-1.0, std::nan(""), 1e300}) {
    impossible["steps"] = scalar(steps, Dtype::f64);
    CHECK_THROWS_AS(sgd.load(impossible), const Error&);
  }
  CHECK(sgd.save().at("velocity.0").at(0) == 0);
}

TEST_CASE("SGD without momentum remembers nothing, not even an infinite gradient") {
  const Tensor parameter = zeros({1});
  Sgd sgd(Tensors{parameter}, {.rate = 1});
  CHECK(sgd.save().size() == 1);  // the number of steps
  sgd.step({full({1}, std::numeric_limits<double>::infinity())});
  parameter.assign(zeros({1}));
  sgd.step({ones({1})});
  CHECK(parameter.at(0) == -1);
}
