#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/shapes.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "support/naive.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// 0, 1, 2, ...
Tensor count(const Shape& shape) {
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  std::iota(values.begin(), values.end(), 0);
  return from(values, shape);
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("reshape keeps the elements where they are") {
  const Tensor x = count({2, 6});
  CHECK(reshape(x, {3, -1}).shape() == Shape{3, 4});
  CHECK(reshape(x, {-1}).shares_storage_with(x));
  CHECK(reshape(scalar(1), {1, 1}).shape() == Shape{1, 1});
  CHECK(reshape(zeros({0, 3}), {-1, 3}).shape() == Shape{0, 3});
  CHECK_THROWS_WITH_AS(reshape(x, {5, 2}), "reshape: (2, 6) has 12 elements, (5, 2) has 10", Error);
  CHECK_THROWS_WITH_AS(reshape(x, {-1, -1}), "reshape: only one size may be -1", Error);
  CHECK_THROWS_WITH_AS(reshape(x, {-1, 5}), "reshape: no size for -1 fits (2, 6)", Error);
  CHECK_THROWS_AS(reshape(zeros({0, 3}), {0, -1}), Error);
  CHECK_THROWS_AS(reshape(x, {-3, -4}), Error);
}

TEST_CASE("transpose agrees with moving element by element, for every order of four axes") {
  const Tensor x = count({2, 3, 1, 5});
  std::vector<int> order{0, 1, 2, 3};
  do {
    const Tensor y = transpose(x, order);
    for (Index i = 0; i < y.size(); ++i) {
      const auto at = unravel(y.shape(), i);
      std::vector<Index> source(4);
      for (std::size_t d = 0; d < 4; ++d) source[static_cast<std::size_t>(order[d])] = at[d];
      CHECK(y.at(i) == broadcast_element(x, source));
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("transpose takes a matrix, negative axes, scalars and empty tensors") {
  CHECK(transpose(count({2, 3})).to_vector() == Values{0, 3, 1, 4, 2, 5});
  CHECK(transpose(count({2, 3}), {-1, 0}).shape() == Shape{3, 2});
  CHECK(transpose(scalar(4), {}).item() == 4);
  CHECK(transpose(zeros({0, 3})).shape() == Shape{3, 0});
  CHECK_THROWS_WITH_AS(transpose(count({3})), "transpose: (3) is not a matrix (say the order of the axes)",
                       Error);
  CHECK_THROWS_WITH_AS(transpose(count({2, 3}), {1, 1}), "transpose: axis 1 of (2, 3) is named twice", Error);
  CHECK_THROWS_WITH_AS(transpose(count({2, 3}), {0}), "transpose: 1 axes for (2, 3)", Error);
}

TEST_CASE("slice takes a range along any axis") {
  const Tensor x = count({3, 4});
  CHECK(slice(x, 1, 1, 3).to_vector() == Values{1, 2, 5, 6, 9, 10});
  CHECK(slice(x, -2, 2, 3).to_vector() == Values{8, 9, 10, 11});
  CHECK(slice(x, 0, 0, 3).shares_storage_with(x));
  CHECK(slice(x, 1, 4, 4).shape() == Shape{3, 0});
  CHECK(slice(x, 0, 3, 3).shape() == Shape{0, 4});
  CHECK_THROWS_WITH_AS(slice(x, 1, 2, 5), "slice: 2 to 5 does not lie within axis 1 of (3, 4)", Error);
  CHECK_THROWS_AS(slice(x, 1, 3, 2), Error);
  CHECK_THROWS_AS(slice(x, 1, -1, 2), Error);
}

TEST_CASE("a slice of the leading dimension starts where it may, and operators still read it") {
  const Tensor x = count({5, 3});
  CHECK((slice(x, 0, 1, 4) + slice(x, 0, 2, 5)).to_vector() == Values{9, 11, 13, 15, 17, 19, 21, 23, 25});
}

TEST_CASE("pad puts zeros around, and slice takes them off again") {
  const Tensor x = count({2, 2});
  CHECK(pad(x, 1, 1, 2).to_vector() == Values{0, 0, 1, 0, 0, 0, 2, 3, 0, 0});
  CHECK(slice(pad(x, 0, 2, 1), 0, 2, 4).to_vector() == x.to_vector());
  CHECK(pad(zeros({0, 2}), 0, 1, 0).to_vector() == Values{0, 0});
  CHECK_THROWS_WITH_AS(pad(x, 0, -1, 0), "pad: -1 before and 0 after must not be negative", Error);
}

TEST_CASE("sizes whose product or sum has no 64-bit number are refused") {
  const Tensor x = ones({2, 3});
  constexpr Index large = Index{1} << 32, most = std::numeric_limits<Index>::max();
  CHECK_THROWS_WITH_AS(reshape(x, {large, large, -1}),
                       "shape: (4294967296, 4294967296, 1) has too many elements", Error);
  CHECK_THROWS_WITH_AS(
      pad(x, 0, most, most),
      "pad: 9223372036854775807 before and 9223372036854775807 after are too many for (2, 3)", Error);
  CHECK_THROWS_AS(pad(x, 1, most - 2, 0), Error);
}

TEST_CASE("concat puts tensors one after another along any axis") {
  const Tensor x = count({2, 2}), y = 10 + count({2, 1});
  CHECK(concat({x, y, x}, 1).to_vector() == Values{0, 1, 10, 0, 1, 2, 3, 11, 2, 3});
  CHECK(concat({x, count({1, 2})}, -2).to_vector() == Values{0, 1, 2, 3, 0, 1});
  CHECK(concat({count({2, 1, 2}), 10 + count({2, 2, 2})}, 1).to_vector() ==
        Values{0, 1, 10, 11, 12, 13, 2, 3, 14, 15, 16, 17});
  CHECK(concat({x, zeros({2, 0})}, 1).to_vector() == x.to_vector());
  CHECK_FALSE(concat({x}, 0).shares_storage_with(x));
  CHECK_THROWS_WITH_AS(concat({}, 0), "concat: no tensors", Error);
  CHECK_THROWS_WITH_AS(concat({x, count({3, 1})}, 1), "concat: (2, 2) and (3, 1) differ not only in axis 1",
                       Error);
  CHECK_THROWS_WITH_AS(concat({x, count({2})}, 0), "concat: (2, 2) and (2) differ not only in axis 0", Error);
  CHECK_THROWS_WITH_AS(concat({x, y.to(Dtype::f64)}, 1), "concat: dtypes f32 and f64 differ", Error);
  CHECK_THROWS_AS(concat({x}, 2), Error);
}

TEST_CASE("stack puts tensors beside one another along a new axis") {
  const Tensor x = count({2}), y = 10 + count({2});
  CHECK(stack({x, y}).shape() == Shape{2, 2});
  CHECK(stack({x, y}).to_vector() == Values{0, 1, 10, 11});
  CHECK(stack({x, y}, 1).to_vector() == Values{0, 10, 1, 11});
  CHECK(stack({x, y, x}, -1).shape() == Shape{2, 3});
  CHECK(stack({scalar(1), scalar(2)}).to_vector() == Values{1, 2});
  CHECK_THROWS_WITH_AS(stack({}), "stack: no tensors", Error);
  CHECK_THROWS_WITH_AS(stack({x, count({2, 1})}), "stack: (2) and (2, 1) differ", Error);
  CHECK_THROWS_WITH_AS(stack({x}, 2), "stack: tensors (2) have no place for axis 2", Error);
}
