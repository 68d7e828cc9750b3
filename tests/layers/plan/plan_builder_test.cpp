#include <voronet/layers/plan/builder.h>

#include "layers/plan/plan_networks.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Tensor numbers(const Shape& shape) { return zeros(shape); }

}  // namespace

TEST_CASE("a builder knows the shape of each value") {
  PlanBuilder builder({9, 8, 3}, Dtype::f32);
  const PlanValue x = builder.input();
  CHECK(builder.shape(x) == Shape{9, 8, 3});
  const PlanValue y = builder.convolution(x, numbers({5, 3, 3, 2}), {}, {.stride = 2, .padding = 1});
  CHECK(builder.shape(y) == Shape{5, 5, 5});
  CHECK(builder.shape(builder.max_pool(y, {.size = 2, .stride = 1})) == Shape{4, 4, 5});
  CHECK(builder.shape(builder.average_pool(y)) == Shape{2, 2, 5});
  CHECK(builder.shape(builder.relu(y)) == Shape{5, 5, 5});
  CHECK(builder.shape(builder.add(y, y)) == Shape{5, 5, 5});
  CHECK(builder.shape(builder.scale_shift(y, numbers({5}), numbers({1}))) == Shape{5, 5, 5});
  const PlanValue mean = builder.global_average(y);
  CHECK(builder.shape(mean) == Shape{5});
  CHECK(builder.shape(builder.flatten(x)) == Shape{216});
  CHECK(builder.shape(builder.linear(mean, numbers({4, 5}), {})) == Shape{4});
  CHECK(builder.shape(builder.gauss(mean, numbers({7, 5}), numbers({7}))) == Shape{7});
  CHECK(builder.shape(builder.squares(builder.flatten(x), numbers({24}))) == Shape{24});
  Undescribed layer;
  CHECK(builder.shape(builder.module(layer, y)) == Shape{5, 5, 5});
}

TEST_CASE("what does not fit is refused when the plan is built") {
  PlanBuilder builder({9, 8, 3}, Dtype::f32);
  const PlanValue x = builder.input(), features = builder.global_average(x);
  CHECK_THROWS_WITH_AS(builder.convolution(x, numbers({5, 4, 3, 3}), {}),
                       "plan: convolution: input (1, 9, 8, 3) has 3 channels but weight (5, 4, 3, 3) expects "
                       "4 (input is n x h "
                       "x w x c, weight out x in x kh x kw)",
                       const Error&);
  CHECK_THROWS_AS(builder.convolution(x, numbers({5, 3, 3, 9}), {}), const Error&);
  CHECK_THROWS_AS(builder.convolution(x, numbers({5, 3, 3, 3}), numbers({4})), const Error&);
  CHECK_THROWS_AS(builder.convolution(x, zeros({5, 3, 3, 3}, Dtype::f64), {}), const Error&);
  CHECK_THROWS_AS(builder.convolution(x, numbers({5, 3, 3, 3}), {}, {.stride = 0}), const Error&);
  CHECK_THROWS_AS(builder.convolution(features, numbers({5, 3, 3, 3}), {}), const Error&);
  CHECK_THROWS_AS(builder.linear(x, numbers({5, 216}), {}), const Error&);
  CHECK_THROWS_AS(builder.linear(features, numbers({5, 4}), {}), const Error&);
  CHECK_THROWS_AS(builder.gauss(features, numbers({5, 4}), numbers({5})), const Error&);
  CHECK_THROWS_AS(builder.squares(features, numbers({2})), const Error&);
  CHECK_THROWS_AS(builder.squares(x, numbers({3})), const Error&);
  CHECK_THROWS_AS(builder.max_pool(x, {.size = 9}), const Error&);
  CHECK_THROWS_AS(builder.flatten(features), const Error&);
  CHECK_THROWS_AS(builder.scale_shift(x, numbers({2}), {}), const Error&);
  CHECK_THROWS_WITH_AS(builder.add(x, features), "plan: (9, 8, 3) and (3) cannot be added", const Error&);
}

TEST_CASE("values without elements are refused, of whichever step") {
  for (const Shape& image : {Shape{0, 4, 3}, {4, 0, 3}, {4, 4, 0}, {0}})
    CHECK_THROWS_WITH_AS(PlanBuilder(image, Dtype::f32),
                         text("plan: an input ", image, " has no elements").c_str(), const Error&);
  PlanBuilder builder({4, 4, 3}, Dtype::f32);
  const PlanValue x = builder.input(), features = builder.flatten(x);
  CHECK_THROWS_WITH_AS(builder.convolution(x, numbers({0, 3, 3, 3}), {}),
                       "plan: a step's result (2, 2, 0) has no elements", const Error&);
  CHECK_THROWS_WITH_AS(builder.linear(features, numbers({0, 48}), {}),
                       "plan: a step's result (0) has no elements", const Error&);
  CHECK_THROWS_WITH_AS(builder.gauss(features, numbers({0, 48}), numbers({0})),
                       "plan: a step's result (0) has no elements", const Error&);
  GlobalAverage average;
  CHECK_THROWS_WITH_AS(InferencePlan(average, {0, 4, 3}, 1), "plan: an input (0, 4, 3) has no elements",
                       const Error&);
}
