#include <voronet/core/autograd.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/reductions.h>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

using Function = Tensor (*)(const Tensor&);

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double value(Function f, double x) { return f(scalar(x, Dtype::f64)).item(); }

double slope(Function f, double at) {
  const Tensor x = variable(scalar(at, Dtype::f64));
  return grad(f(x), {x})[0].item();
}

Tensor clamped(const Tensor& x) { return clamp(x, -1, 2); }
Tensor root(const Tensor& x) { return pow(x, 0.5); }
Tensor cube(const Tensor& x) { return pow(x, 3); }
Tensor zeroth_power(const Tensor& x) { return pow(x, 0); }

}  // namespace

TEST_CASE("functions have the values of the standard library, in both dtypes") {
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    const Tensor x = from({0.25, 1, 3.5}, {3}, dtype);
    const double tolerance = dtype == Dtype::f32 ? 1e-6 : 1e-15;
    for (Index i = 0; i < 3; ++i) {
      const double v = x.at(i);
      CHECK(exp(x).at(i) == doctest::Approx(std::exp(v)).epsilon(tolerance));
      CHECK(log(x).at(i) == doctest::Approx(std::log(v)).epsilon(tolerance));
      CHECK(sqrt(x).at(i) == doctest::Approx(std::sqrt(v)).epsilon(tolerance));
      CHECK(square(x).at(i) == v * v);
      CHECK(pow(x, -1.5).at(i) == doctest::Approx(std::pow(v, -1.5)).epsilon(tolerance));
      CHECK(tanh(x).at(i) == doctest::Approx(std::tanh(v)).epsilon(tolerance));
      CHECK(sigmoid(x).at(i) == doctest::Approx(1 / (1 + std::exp(-v))).epsilon(tolerance));
      CHECK(softplus(x).at(i) == doctest::Approx(std::log(1 + std::exp(v))).epsilon(tolerance));
    }
  }
}

TEST_CASE("outside their domain functions are infinite or NaN, as their header says") {
  CHECK(value(log, 0) == -infinity);
  CHECK(std::isnan(value(log, -1)));
  CHECK(std::isnan(value(sqrt, -1)));
  CHECK(slope(sqrt, 0) == infinity);
  CHECK(std::isnan(value(root, -1)));
  CHECK(value(cube, -2) == -8);
}

TEST_CASE("sigmoid and softplus neither overflow nor lose small values") {
  CHECK(value(sigmoid, 1000) == 1);
  CHECK(value(sigmoid, -1000) == 0);
  CHECK(value(sigmoid, -700) == doctest::Approx(std::exp(-700)));
  CHECK(value(softplus, 1000) == 1000);
  CHECK(value(softplus, -700) == doctest::Approx(std::exp(-700)));
  CHECK(slope(softplus, -1000) == 0);
  CHECK(slope(sigmoid, 1000) == 0);
}

TEST_CASE("NaN goes through every function") {
  for (const Function f : {Function(exp), Function(log), Function(sqrt), Function(abs), Function(tanh),
                           sigmoid, softplus, relu, clamped, cube})
    CHECK(std::isnan(value(f, not_a_number)));
}

TEST_CASE("at kinks the gradients are those that the header names") {
  CHECK(slope(abs, 0) == 0);
  CHECK(slope(abs, -2) == -1);
  CHECK(slope(relu, 0) == 0);
  CHECK(slope(relu, 1e-300) == 1);
  CHECK(slope(clamped, -1) == 1);
  CHECK(slope(clamped, 2) == 1);
  CHECK(slope(clamped, -1.001) == 0);
  CHECK(slope(clamped, 2.001) == 0);
  CHECK_THROWS_WITH_AS(clamp(ones({1}), 2, 1), "clamp: low 2 is above high 1", Error);
}

TEST_CASE("relu stops a NaN gradient where it is off") {
  const Tensor x = variable(from({-1, 1}, {2}, Dtype::f64));
  const Tensor slopes = grad(relu(x), {x}, {.cotangents = {full({2}, not_a_number, Dtype::f64)}})[0];
  CHECK(slopes.at(0) == 0);
  CHECK(std::isnan(slopes.at(1)));
}

TEST_CASE("log-softmax is stable for large values and along the last dimension only") {
  const Tensor x = from({1000, 999, -1000, 0, 0, 0}, {2, 3}, Dtype::f64);
  const Tensor y = log_softmax(x);
  CHECK(y.at(0) == doctest::Approx(-std::log1p(std::exp(-1.0))));
  CHECK(y.at(1) == doctest::Approx(-1 - std::log1p(std::exp(-1.0))));
  CHECK(y.at(2) == doctest::Approx(-2000 - std::log1p(std::exp(-1.0))));
  CHECK(y.at(4) == doctest::Approx(-std::log(3.0)));
  const Tensor total = sum(softmax(x), {-1});
  CHECK(total.at(0) == doctest::Approx(1));
  CHECK(total.at(1) == doctest::Approx(1));
}

TEST_CASE("functions take empty tensors, log-softmax only with something to compare") {
  CHECK(exp(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(log_softmax(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK_THROWS_WITH_AS(log_softmax(zeros({3, 0})), "log_softmax: the last dimension of (3, 0) is empty",
                       Error);
  CHECK_THROWS_WITH_AS(log_softmax(scalar(1)), "log_softmax: needs at least one dimension", Error);
  CHECK_THROWS_WITH_AS(exp(Tensor()), "exp: undefined tensor", Error);
}

TEST_CASE("powers have finite gradients at 0 where their derivatives are, of any order") {
  CHECK(value(zeroth_power, 0) == 1);
  CHECK(slope(zeroth_power, 0) == 0);
  const Tensor x = variable(scalar(0, Dtype::f64));
  Tensor derivative = pow(x, 2);
  std::vector<double> derivatives;
  for (int order = 0; order < 4; ++order) {
    derivatives.push_back(derivative.item());
    if (derivative.tracked()) derivative = grad(derivative, {x}, {.create_graph = true})[0];
  }
  CHECK(derivatives == std::vector<double>{0, 0, 2, 0});
}
