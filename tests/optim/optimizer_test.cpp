#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/optim/sgd.h>

#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("an optimiser refuses parameters that it could not update, or would update twice") {
  const Tensor a = variable(ones({4})), b = variable(ones({2}));
  const auto sgd = [](const Tensors& parameters) { return Sgd(parameters, {.momentum = 0.9}); };
  CHECK_NOTHROW(sgd({a, b, ones({1})}));
  CHECK_NOTHROW(sgd({a.storage_view({2}, 0), a.storage_view({2}, 2)}));
  CHECK_THROWS_WITH_AS(sgd({a, a * 2.0}), "optimizer: parameter 1 is not a leaf, and cannot be updated",
                       Error);
  CHECK_THROWS_WITH_AS(sgd({a, Tensor()}), "optimizer: parameter 1 is undefined", Error);
  for (const Tensor& again : {a, a.detach(), variable(a), a.storage_view({1}, 3)})
    CHECK_THROWS_WITH_AS(sgd({a, b, again}),
                         "optimizer: parameters 0 and 2 share elements, which would be updated twice", Error);
}

TEST_CASE("a step or a saved state with an undefined tensor is refused and changes nothing") {
  const Tensor a = ones({2}), b = scalar(1);
  Sgd sgd(Tensors{a, b}, {.rate = 1, .momentum = 0.5});
  CHECK_THROWS_WITH_AS(sgd.step({ones({2}), Tensor()}), "optimizer: gradient 1 is undefined", Error);
  CHECK(a.to_vector() == std::vector<double>{1, 1});
  auto state = sgd.save();
  CHECK(state.at("steps").item() == 0);
  state["steps"] = scalar(3);
  state["velocity.0"] = ones({2});
  state["velocity.1"] = Tensor();
  CHECK_THROWS_WITH_AS(sgd.load(state), "optimizer: saved velocity.1 is undefined", Error);
  CHECK(sgd.save().at("velocity.0").to_vector() == std::vector<double>{0, 0});
}

TEST_CASE("a group has a rate of its own, and stays between its bounds") {
  const Tensor slow = from({1, 1}, {2}), bounded = from({0.5, 0.9}, {2});
  const std::vector<ParameterGroup> groups = {{.parameters = {slow}, .rate = 0.5},
                                              {.parameters = {bounded}, .bounds = {.low = 0.25, .high = 1}}};
  Sgd sgd(groups, {.rate = 0.5});
  sgd.step({from({1, -1}, {2}), from({1, -1}, {2})});
  CHECK(slow.to_vector() == std::vector<double>{0.75, 1.25});
  CHECK(bounded.to_vector() == std::vector<double>{0.25, 1});
  CHECK_THROWS_WITH_AS(Sgd({{.parameters = {ones({1})}, .rate = -1}}, {}),
                       "optimizer: a group's rate -1 is not 0 or more", Error);
  CHECK_THROWS_WITH_AS(Sgd({{.parameters = {ones({1})}, .bounds = {.low = 2, .high = 1}}}, {}),
                       "optimizer: no value lies between bounds 2 and 1", Error);
}
