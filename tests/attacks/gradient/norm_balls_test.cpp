#include <voronet/attacks/gradient/norm_balls.h>
#include <voronet/core/error.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

double norm_of(Norm norm, const Tensor& points, Index row) {
  const Index width = points.size() / points.dim(0);
  double largest = 0, sum = 0, squares = 0;
  for (Index i = row * width; i < (row + 1) * width; ++i) {
    const double value = std::abs(points.at(i));
    largest = std::max(largest, value);
    sum += value;
    squares += value * value;
  }
  return norm == Norm::linf ? largest : norm == Norm::l1 ? sum : std::sqrt(squares);
}

double distance(const Tensor& a, const Tensor& b) {
  double squares = 0;
  for (Index i = 0; i < a.size(); ++i) squares += std::pow(a.at(i) - b.at(i), 2);
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("the steepest point: signs, direction, or the signs of the steepest few") {
  const Tensor gradient = from({3, -4, 0, 0, 0, 0, 0, 0, 1, -1}, {2, 5}, Dtype::f64);
  CHECK(steepest(Norm::linf, gradient).to_vector() == std::vector<double>{1, -1, 0, 0, 0, 0, 0, 0, 1, -1});
  const std::vector<double> direction = steepest(Norm::l2, gradient).to_vector();
  CHECK(direction[0] == doctest::Approx(0.6));
  CHECK(direction[1] == doctest::Approx(-0.8));
  // A fifth of five: one entry, and in the second row a tie.
  CHECK(steepest(Norm::l1, gradient, 0.8).to_vector() ==
        std::vector<double>{0, -1, 0, 0, 0, 0, 0, 0, 0.5, -0.5});
  CHECK(steepest(Norm::l1, gradient, 0.6).to_vector()[0] == 0.5);
  for (const Norm norm : {Norm::linf, Norm::l2, Norm::l1})
    CHECK(steepest(norm, zeros({2, 3})).to_vector() == std::vector<double>(6));
}

TEST_CASE("a projection lies in the ball, leaves what is inside, and no point of the ball is nearer") {
  Random random(1);
  for (const Norm norm : {Norm::linf, Norm::l2, Norm::l1})
    for (const Index width : {1, 2, 7, 50}) {
      CAPTURE(name_of(norm));
      const Tensor points = normal({4, width}, 0, 1, random, Dtype::f64);
      for (const double radius : {0.0, 0.3, 1.0, 100.0}) {
        const Tensor projected = project(norm, points, radius);
        for (Index row = 0; row < 4; ++row) {
          CHECK(norm_of(norm, projected, row) <= radius + 1e-12);
          if (norm_of(norm, points, row) <= radius)
            for (Index i = row * width; i < (row + 1) * width; ++i) CHECK(projected.at(i) == points.at(i));
        }
        const Tensor one = points.storage_view({1, width}), nearest = projected.storage_view({1, width});
        for (int draw = 0; draw < 20; ++draw) {
          const Tensor other = random_point(norm, {1, width}, radius, random, Dtype::f64);
          CHECK(norm_of(norm, other, 0) <= radius + 1e-12);
          CHECK(distance(one, nearest) <= distance(one, other) + 1e-12);
        }
      }
    }
}

TEST_CASE("draws fill the ball") {
  Random random(2);
  for (const Norm norm : {Norm::linf, Norm::l2, Norm::l1}) {
    // Of a ball in two dimensions a quarter lies within half the radius.
    int within_half = 0;
    for (int i = 0; i < 2000; ++i)
      within_half += norm_of(norm, random_point(norm, {1, 2}, 3, random, Dtype::f64), 0) < 1.5;
    CHECK(within_half > 430);
    CHECK(within_half < 570);
  }
}

TEST_CASE("a radius below 0 is refused") {
  Random random;
  CHECK_THROWS_AS(project(Norm::l2, zeros({1, 2}), -1), Error);
  CHECK_THROWS_AS(random_point(Norm::l1, {1, 2}, -1, random, Dtype::f32), Error);
}
