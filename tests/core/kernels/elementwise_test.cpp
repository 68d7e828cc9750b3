#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/random.h>

#include <array>

#include "support/naive.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// All shapes of rank 0 to 3 with sizes 0, 1, 2 and 3.
std::vector<Shape> small_shapes() {
  std::vector<Shape> shapes{{}};
  for (Index a = 0; a < 4; ++a) {
    shapes.push_back({a});
    for (Index b = 0; b < 4; ++b) {
      shapes.push_back({a, b});
      for (Index c = 1; c < 4; ++c) shapes.push_back({a, b, c});
    }
  }
  return shapes;
}

bool fit(const Shape& a, const Shape& b) {
  for (int d = 1; d <= std::min(a.rank(), b.rank()); ++d)
    if (a[-d] != b[-d] && a[-d] != 1 && b[-d] != 1) return false;
  return true;
}

Tensor random_tensor(const Shape& shape) {
  static Random random(1);
  return uniform(shape, -1, 1, random, Dtype::f64);
}

// a - b element by element.
std::vector<double> naive_difference(const Tensor& a, const Tensor& b, const Shape& shape) {
  std::vector<double> out;
  for (Index i = 0; i < shape.size(); ++i)
    out.push_back(broadcast_element(a, unravel(shape, i)) - broadcast_element(b, unravel(shape, i)));
  return out;
}

}  // namespace

TEST_CASE("broadcasting agrees with the element by element rule for all pairs of small shapes") {
  int compared = 0;
  for (const Shape& a : small_shapes())
    for (const Shape& b : small_shapes()) {
      const Tensor x = random_tensor(a), y = random_tensor(b);
      if (!fit(a, b)) {
        CHECK_THROWS_AS(x - y, Error);
        continue;
      }
      const Tensor difference = x - y;
      ++compared;
      if (difference.to_vector() != naive_difference(x, y, difference.shape())) FAIL_CHECK(a << " - " << b);
    }
  CHECK(compared > 1000);
}

TEST_CASE("broadcasting agrees with the rule for shapes of rank 6, odd sizes and long rows") {
  const std::vector<std::array<Shape, 2>> pairs{{Shape{2, 1, 3, 1, 2, 5}, Shape{1, 4, 3, 2, 1, 5}},
                                                {Shape{2, 3, 1, 1, 5, 7}, Shape{3, 2, 1, 5, 1}},
                                                {Shape{70001}, Shape{1}},
                                                {Shape{3, 40001}, Shape{3, 1}},
                                                {Shape{1, 40001}, Shape{3, 40001}}};
  for (const auto& [a, b] : pairs) {
    const Tensor x = random_tensor(a), y = random_tensor(b);
    const Tensor difference = with_threads(3, [&, &left = x, &right = y] { return left - right; });
    CHECK((difference.to_vector() == naive_difference(x, y, difference.shape())));
  }
}

TEST_CASE("where broadcasts its three operands") {
  const Tensor c = from({1, 0, -2}, {3, 1}, Dtype::f64), a = random_tensor({2, 1, 2}),
               b = random_tensor({3, 2});
  const Tensor chosen = where(c, a, b);
  REQUIRE(chosen.shape() == Shape{2, 3, 2});
  for (Index i = 0; i < chosen.size(); ++i) {
    const auto at = unravel(chosen.shape(), i);
    CHECK(chosen.at(i) == broadcast_element(broadcast_element(c, at) != 0 ? a : b, at));
  }
  CHECK(where(ones({0, 1}), ones({3}), ones({1})).shape() == Shape{0, 3});
  CHECK_THROWS_AS(where(ones({2}), ones({3}), ones({3})), Error);
}

TEST_CASE("broadcast_to repeats and sum_to adds up again") {
  const Tensor x = from({1, 2}, {2, 1});
  CHECK(broadcast_to(x, {2, 2, 2}).to_vector() == std::vector<double>{1, 1, 2, 2, 1, 1, 2, 2});
  CHECK(sum_to(broadcast_to(x, {2, 2, 2}), {2, 1}).to_vector() == std::vector<double>{4, 8});
  CHECK(sum_to(ones({0, 3}), {1, 3}).to_vector() == std::vector<double>{0, 0, 0});
  CHECK(sum_to(x, {}).item() == 3);
  CHECK(broadcast_to(x, {2, 0}).size() == 0);
  CHECK_THROWS_WITH_AS(broadcast_to(x, {1, 3}), "broadcast_to: (2, 1) does not fit (1, 3)", Error);
  CHECK_THROWS_WITH_AS(sum_to(x, {2, 3}), "sum_to: (2, 1) is not broadcast from (2, 3)", Error);
  CHECK_THROWS_AS(sum_to(x, {1, 2, 1}), Error);
}
