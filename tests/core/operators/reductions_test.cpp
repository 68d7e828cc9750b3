#include <voronet/core/autograd.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/naive.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Tensor random_tensor(const Shape& shape, Dtype dtype = Dtype::f64) {
  static Random random(2);
  return uniform(shape, -1, 1, random, dtype);
}

// The sum over the axes, which stay with size 1.
std::vector<double> naive_sum(const Tensor& x, const std::vector<int>& axes) {
  Shape kept = x.shape();
  for (const int axis : axes) kept = kept.with(axis, 1);
  std::vector<double> out(static_cast<std::size_t>(kept.size()));
  for (Index i = 0; i < x.size(); ++i) {
    Index to = 0;
    const auto at = unravel(x.shape(), i);
    for (int d = 0; d < kept.rank(); ++d)
      to = to * kept[d] + (kept[d] == 1 ? 0 : at[static_cast<std::size_t>(d)]);
    out[static_cast<std::size_t>(to)] += x.at(i);
  }
  return out;
}

// Up to rounding.
bool equal(const Tensor& actual, const std::vector<double>& expected) {
  const std::vector<double> values = actual.to_vector();
  return std::equal(values.begin(), values.end(), expected.begin(), expected.end(),
                    [](double a, double b) { return std::abs(a - b) <= 1e-11 * (1 + std::abs(b)); });
}

}  // namespace

TEST_CASE("sums over every set of axes agree with adding element by element") {
  for (const Shape& shape : {Shape{2, 3, 5}, Shape{1, 17, 1}, Shape{3, 0, 2}, Shape{2, 3000, 7}}) {
    const Tensor x = random_tensor(shape);
    for (int set = 0; set < 8; ++set) {
      std::vector<int> axes;
      Shape dropped = shape;
      for (int d = 2; d >= 0; --d)
        if (set >> d & 1) {
          axes.push_back(d - 3);  // from the end, and in falling order
          dropped = dropped.without(d);
        }
      INFO(shape << " set of axes " << set);
      CHECK(equal(sum(x, axes, Dims::keep), naive_sum(x, axes)));
      CHECK(sum(x, axes).shape() == dropped);
    }
  }
}

TEST_CASE("sums have the same bits for any number of threads") {
  const std::vector<std::pair<Shape, std::vector<int>>> cases{
      {{1000003}, {0}}, {{100003, 6}, {0}}, {{7, 30011}, {1}}, {{5, 4099, 33}, {1}}, {{300, 3, 301}, {0, 2}}};
  for (const auto& [shape, axes] : cases) {
    const Tensor x = random_tensor(shape, Dtype::f32);
    const auto total = [&x, &along = axes] { return sum(x, along).to_vector(); };
    const auto one = with_threads(1, total);
    CHECK((one == with_threads(2, total)));
    CHECK((one == with_threads(5, total)));
  }
}

TEST_CASE("the sum of a million f32 values keeps four digits") {
  CHECK(sum(full({1000000}, 0.1)).item() == doctest::Approx(100000).epsilon(5e-5));
  CHECK(sum(full({100000, 10}, 0.1), {0}).at(3) == doctest::Approx(10000).epsilon(5e-5));
}

TEST_CASE("means divide by the number of elements, and of none are NaN") {
  CHECK(mean(from({1, 2, 6}, {3})).item() == 3);
  CHECK(mean(from({1, 2, 3, 4}, {2, 2}), {0}).to_vector() == std::vector<double>{2, 3});
  CHECK(std::isnan(mean(zeros({0})).item()));
  CHECK(sum(zeros({0})).item() == 0);
}

TEST_CASE("an axis named twice or out of range is refused") {
  CHECK_THROWS_WITH_AS(sum(ones({2, 3}), {1, -1}), "sum: an axis of (2, 3) is named twice", Error);
  CHECK_THROWS_WITH_AS(sum(ones({2, 3}), {2}), "shape: axis 2 is out of range for (2, 3)", Error);
}

TEST_CASE("the maximum is the first largest value, along any axis, and NaN is larger than all") {
  const Tensor x = from({1, 5, 5, 0, 7, 2}, {2, 3});
  CHECK(max(x, 1).to_vector() == std::vector<double>{5, 7});
  CHECK(max(x, 0, Dims::keep).to_vector() == std::vector<double>{1, 7, 5});
  CHECK(max(x, 0, Dims::keep).shape() == Shape{1, 3});
  CHECK(argmax(x) == std::vector<int>{1, 1});
  const Tensor v = variable(x);
  CHECK(grad(sum(max(v, -1)), {v})[0].to_vector() == std::vector<double>{0, 1, 0, 0, 1, 0});

  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor with_nan = from({9, nan, nan}, {3});
  CHECK(std::isnan(max(with_nan, 0).item()));
  CHECK(argmax(with_nan) == std::vector<int>{1});
}

TEST_CASE("an empty batch has no maxima, an empty axis none to give") {
  CHECK(max(zeros({0, 3}), 1).shape() == Shape{0});
  CHECK(argmax(zeros({0, 3})).empty());
  CHECK_THROWS_WITH_AS(max(zeros({3, 0}), 1), "max: axis 1 of (3, 0) is empty", Error);
  CHECK_THROWS_WITH_AS(argmax(zeros({3, 0})), "argmax: the last dimension of (3, 0) is empty", Error);
}

TEST_CASE("argmax refuses rows that are longer than an int can count") {
  CHECK_THROWS_WITH_AS(argmax(zeros({0, Index{1} << 31})),
                       "argmax: (0, 2147483648) is too large along its last axis", Error);
}

TEST_CASE("the variance is the mean squared deviation, of as many values less the correction") {
  const Tensor x = from({1, 2, 6, 0, 0, 3}, {2, 3}, Dtype::f64);
  CHECK(var(x, {1}).to_vector() == std::vector<double>{7, 3});
  CHECK(equal(var(x, {-1}, Dims::keep, 0), {14.0 / 3, 2}));
  CHECK(var(x, {1}, Dims::keep).shape() == Shape{2, 1});
  CHECK(equal(var(x, {0, 1}), {(1 + 0 + 16 + 4 + 4 + 1) / 5.0}));
  CHECK(equal(var(x + 1e6, {1}), {7, 3}));
  CHECK(std::isnan(var(ones({2, 1}), {1}).at(0)));
  CHECK(std::isnan(var(zeros({0}), {0}, Dims::drop, 0).item()));
}

TEST_CASE("the minimum is the first smallest value, and NaN if there is one") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = variable(from({3, 1, 1, 0, nan, -2}, {2, 3}));
  CHECK(min(x, 1).at(0) == 1);
  CHECK(std::isnan(min(x, 1).at(1)));
  CHECK(min(x, 0, Dims::keep).shape() == Shape{1, 3});
  CHECK(argmin(x) == std::vector<int>{1, 1});
  CHECK(grad(min(x, 1), {x}, {.cotangents = {from({1, 0}, {2})}})[0].to_vector() ==
        std::vector<double>{0, 1, 0, 0, 0, 0});
  CHECK_THROWS_WITH_AS(argmin(zeros({3, 0})), "argmin: the last dimension of (3, 0) is empty", Error);
  CHECK_THROWS_WITH_AS(min(zeros({2, 0}), 1), "min: axis 1 of (2, 0) is empty", Error);
}
