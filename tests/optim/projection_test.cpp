#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/optim/projection.h>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("the box projection clamps in place, in both dtypes, and keeps NaN") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    const Tensor parameter = variable(from({-2, 0.25, 3, infinity, std::nan("")}, {5}, dtype));
    project_to_box(parameter, -1, 2);
    for (const auto& [at, expected] : {std::pair{0, -1.0}, {1, 0.25}, {2, 2.0}, {3, 2.0}})
      CHECK(parameter.at(at) == expected);
    CHECK(std::isnan(parameter.at(4)));
    project_to_box(parameter, 0, infinity);
    CHECK(parameter.at(0) == 0);
  }
  CHECK_THROWS_AS(project_to_box(ones({1}), 2, 1), const Error&);
}

TEST_CASE("the ball projection scales down what lies outside and leaves the rest") {
  const Tensor far = from({3, 4}, {2}, Dtype::f64), near = from({0.3, 0.4}, {2}), zero = zeros({2});
  project_to_ball(far, 1);
  CHECK(far.at(0) == doctest::Approx(0.6));
  CHECK(far.at(1) == doctest::Approx(0.8));
  project_to_ball(near, 1);
  CHECK(near.to_vector() == from({0.3, 0.4}, {2}).to_vector());
  project_to_ball(zero, 1);
  CHECK(zero.at(0) == 0);
  CHECK_THROWS_AS(project_to_ball(far, 0), const Error&);
}

TEST_CASE("projections refuse a tensor that an operator recorded") {
  const Tensor recorded = variable(ones({2})) + 1;
  CHECK_THROWS_AS(project_to_box(recorded, 0, 1), const Error&);
  CHECK_THROWS_AS(project_to_ball(recorded, 1), const Error&);
}
