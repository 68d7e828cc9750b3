
#include <voronet/apps/page/plane_figure.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/core/random.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

void check_orthonormal(const Tensor& directions) {
  const Tensor products = matmul(directions, directions, {.b = true});
  for (const Index i : {0, 1, 2, 3}) CHECK(products.at(i) == doctest::Approx(i == 0 || i == 3 ? 1 : 0));
}

}  // namespace

TEST_CASE("all of the plane has its own coordinates") {
  const Tensor points = from({1, 2, -3, 4}, {2, 2}, Dtype::f64);
  CHECK(whole_plane().coordinates(points).to_vector() == points.to_vector());
  CHECK(whole_plane().features(points).to_vector() == points.to_vector());
}

TEST_CASE("the principal plane holds points that lie on a plane, and their widest direction comes first") {
  Random random(3);
  const Tensor spread = from({5, 0, 0, 1}, {2, 2}, Dtype::f64);
  const Tensor coordinates = matmul(normal({200, 2}, 0, 1, random, Dtype::f64), spread);
  const Tensor directions = from({0.6, 0, 0.8, 0, 0, 1, 0, 0}, {2, 4}, Dtype::f64);
  const Tensor points = matmul(coordinates, directions) + 7.0;
  const FeaturePlane plane = principal_plane(points);
  check_orthonormal(plane.directions);
  const Tensor back = plane.features(plane.coordinates(points));
  for (Index i = 0; i < points.size(); ++i) CHECK(back.at(i) == doctest::Approx(points.at(i)).epsilon(1e-9));
  CHECK(plane.directions.at(0) == doctest::Approx(0.6).epsilon(0.05));
  CHECK(plane.directions.at(2) == doctest::Approx(0.8).epsilon(0.05));
}

TEST_CASE("points without any spread have a principal plane too") {
  check_orthonormal(principal_plane(ones({5, 3}, Dtype::f64)).directions);
  CHECK_THROWS_AS(principal_plane(ones({5, 1}, Dtype::f64)), Error);
}

TEST_CASE("a plane through three points holds them") {
  const Tensor points = from({1, 0, 0, 0, 2, 0, 0, 0, 3}, {3, 3}, Dtype::f64);
  const FeaturePlane plane = plane_through(points);
  check_orthonormal(plane.directions);
  const Tensor back = plane.features(plane.coordinates(points));
  for (Index i = 0; i < points.size(); ++i) CHECK(back.at(i) == doctest::Approx(points.at(i)));
  CHECK(plane.coordinates(points).at(0) == 0);
  CHECK(plane.coordinates(points).at(2) == doctest::Approx(std::sqrt(5)));
}

TEST_CASE("three points on a line have no plane") {
  CHECK_THROWS_WITH_AS(plane_through(from({0, 0, 1, 1, 2, 2}, {3, 2}, Dtype::f64)),
                       "plane: its two directions are one", Error);
}
