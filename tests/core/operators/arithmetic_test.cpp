#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>

#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

const Tensor a = from({1, 2, -3}, {3}), b = from({4, 0.5, 2}, {3});

using Values = std::vector<double>;

}  // namespace

TEST_CASE("arithmetic acts element by element") {
  CHECK((a + b).to_vector() == Values{5, 2.5, -1});
  CHECK((a - b).to_vector() == Values{-3, 1.5, -5});
  CHECK((a * b).to_vector() == Values{4, 1, -6});
  CHECK((a / b).to_vector() == Values{0.25, 4, -1.5});
  CHECK((-a).to_vector() == Values{-1, -2, 3});
}

TEST_CASE("numbers stand on either side, in the tensor's dtype") {
  CHECK((a + 1).to_vector() == Values{2, 3, -2});
  CHECK((a - 1).to_vector() == Values{0, 1, -4});
  CHECK((a * 2).to_vector() == Values{2, 4, -6});
  CHECK((a / 2).to_vector() == Values{0.5, 1, -1.5});
  CHECK((1.0 + a).to_vector() == Values{2, 3, -2});
  CHECK((1.0 - a).to_vector() == Values{0, -1, 4});
  CHECK((2.0 * a).to_vector() == Values{2, 4, -6});
  CHECK((6.0 / a).to_vector() == Values{6, 3, -2});
  CHECK((a.to(Dtype::f64) + 0.1).at(0) == 1.1);
  CHECK((a + 0.1).dtype() == Dtype::f32);
}

TEST_CASE("comparisons give 1 or 0, and no comparison holds for NaN") {
  const Tensor x = from({1, 2, std::numeric_limits<double>::quiet_NaN()}, {3});
  CHECK(greater(x, 1).to_vector() == Values{0, 1, 0});
  CHECK(less(x, 2).to_vector() == Values{1, 0, 0});
  CHECK(greater(a, b).to_vector() == Values{0, 1, 0});
}

TEST_CASE("division by 0 is infinite, 0 / 0 is NaN") {
  const Tensor quotient = from({1, -1, 0}, {3}) / zeros({1});
  CHECK(quotient.at(0) == std::numeric_limits<double>::infinity());
  CHECK(quotient.at(1) == -std::numeric_limits<double>::infinity());
  CHECK(quotient.at(2) != quotient.at(2));
}

TEST_CASE("operands that do not go together are refused by name") {
  CHECK_THROWS_WITH_AS(
      a + ones({2}),
      "add: shapes (3) and (2) do not broadcast (aligned at the last dimension, sizes must be "
      "equal or 1)",
      Error);
  CHECK_THROWS_WITH_AS(a * b.to(Dtype::f64), "multiply: dtypes f32 and f64 differ", Error);
  CHECK_THROWS_WITH_AS(a - Tensor(), "subtract: undefined tensor", Error);
  CHECK_THROWS_WITH_AS(where(a.to(Dtype::f64), a, b), "where: dtypes f64 and f32 differ", Error);
}

TEST_CASE("the gradient of a quotient is right where the divisor's square has no float") {
  const auto slope = [](double dividend, double by) {
    const Tensor divisor = variable(scalar(by));
    return grad(scalar(dividend) / divisor, {divisor})[0].item();
  };
  CHECK(slope(0, 1e-25) == 0);
  CHECK(slope(1e-25, 1e-25) == doctest::Approx(-1e25));
  CHECK(slope(1e20, 1e20) == doctest::Approx(-1e-20));
}

TEST_CASE("maximum and minimum are broadcast, and NaN where either is") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = from({1, 5, nan, 2, 2, 3}, {2, 3}), y = from({3, nan, 3}, {3});
  const Tensor larger = maximum(x, y), smaller = minimum(x, y);
  CHECK(larger.shape() == Shape{2, 3});
  CHECK(larger.at({0, 0}) == 3);
  CHECK(smaller.at({0, 0}) == 1);
  CHECK(larger.at({1, 0}) == 3);
  for (const Index i : {1, 2, 4}) {
    CHECK(larger.at(i) != larger.at(i));
    CHECK(smaller.at(i) != smaller.at(i));
  }
  CHECK_THROWS_WITH_AS(minimum(a, Tensor()), "minimum: undefined tensor", Error);
  CHECK_THROWS_WITH_AS(maximum(a, a.to(Dtype::f64)), "maximum: dtypes f32 and f64 differ", Error);
}

TEST_CASE("the larger one, or the smaller, gets the gradient, of equal ones each half") {
  const Tensor x = variable(from({1, 2, 3}, {3})), y = variable(from({2, 2, 2}, {3}));
  const Tensors of_larger = grad(maximum(x, y), {x, y}, {.cotangents = {from({4, 6, 8}, {3})}});
  CHECK(of_larger[0].to_vector() == Values{0, 3, 8});
  CHECK(of_larger[1].to_vector() == Values{4, 3, 0});
  const Tensors of_smaller = grad(minimum(x, y), {x, y}, {.cotangents = {from({4, 6, 8}, {3})}});
  CHECK(of_smaller[0].to_vector() == Values{4, 3, 0});
  CHECK(of_smaller[1].to_vector() == Values{0, 3, 8});
}
