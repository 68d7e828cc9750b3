#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/theory/svd.h>

#include <cmath>
#include <limits>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Tensor diagonal(const std::vector<double>& values) {
  const auto n = std::ssize(values);
  Tensor result = zeros({n, n}, Dtype::f64);
  for (Index i = 0; i < n; ++i) result.mutable_data<double>()[i * n + i] = values[i];
  return result;
}

Tensor identity(Index n) { return diagonal(std::vector<double>(static_cast<std::size_t>(n), 1.0)); }

Tensor rebuilt(const Svd& parts) { return matmul(matmul(parts.u, diagonal(parts.s)), parts.v, {.b = true}); }

Tensor gaussian(Shape shape, Random& random) { return normal(shape, 0, 1, random, Dtype::f64); }

}  // namespace

TEST_CASE("a singular value decomposition is orthonormal, sorted, and multiplies back to the matrix") {
  Random random(1);
  for (const Shape& shape :
       {Shape{1, 1}, Shape{1, 5}, Shape{5, 1}, Shape{4, 4}, Shape{7, 3}, Shape{3, 7}, Shape{10, 65}}) {
    const Tensor a = gaussian(shape, random);
    const Svd parts = svd(a);
    const Index r = std::min(shape[0], shape[1]);
    REQUIRE(parts.u.shape() == Shape{shape[0], r});
    REQUIRE(parts.v.shape() == Shape{shape[1], r});
    CHECK(std::is_sorted(parts.s.rbegin(), parts.s.rend()));
    CHECK(distance(rebuilt(parts), a) < 1e-14);
    CHECK(distance(matmul(parts.u, parts.u, {.a = true}), identity(r)) < 1e-14);
    CHECK(distance(matmul(parts.v, parts.v, {.a = true}), identity(r)) < 1e-14);
  }
}

TEST_CASE("singular values of a matrix whose values are known") {
  const Svd parts = svd(from({3, 0, 4, 5}, {2, 2}));
  CHECK(parts.s[0] == doctest::Approx(std::sqrt(45)).epsilon(1e-14));
  CHECK(parts.s[1] == doctest::Approx(std::sqrt(5)).epsilon(1e-14));
}

TEST_CASE("small singular values are right to high relative accuracy") {
  Random random(2);
  const Svd basis = svd(gaussian({6, 4}, random));
  // Columns of sizes far apart: the small values are theirs, not what rounding leaves of the large ones.
  const Tensor a = matmul(basis.u, diagonal({1, 1e-5, 1e-10, 1e-15}));
  const Svd parts = svd(a);
  CHECK(parts.s[3] == doctest::Approx(1e-15).epsilon(1e-12));
  CHECK(parts.s[1] == doctest::Approx(1e-5).epsilon(1e-12));
}

TEST_CASE("values whose squares do not fit a double are decomposed") {
  for (const double scale : {1e200, 1e-200}) {
    const Svd parts = svd(from({3 * scale, 0, 0, 4 * scale}, {2, 2}, Dtype::f64));
    CHECK(parts.s[0] / scale == doctest::Approx(4));
    CHECK(parts.s[1] / scale == doctest::Approx(3));
  }
}

TEST_CASE("a matrix of low rank has singular values of 0, and one of zeros only those") {
  const Svd parts = svd(from({1, 2, 2, 4, 3, 6}, {3, 2}, Dtype::f64));
  CHECK(parts.s[0] == doctest::Approx(std::sqrt(70)).epsilon(1e-14));
  CHECK(parts.s[1] < 1e-15);
  const Svd nothing = svd(zeros({3, 2}, Dtype::f64));
  CHECK(nothing.s == std::vector<double>{0, 0});
  CHECK(nothing.u.to_vector() == std::vector<double>(6, 0.0));
}

TEST_CASE("least squares finds the shortest of the best solutions, without what is cut off") {
  // x + y = 2 twice, with different right sides: the best is x + y = 3, the shortest (1.5, 1.5).
  const Svd parts = svd(from({1, 1, 1, 1}, {2, 2}, Dtype::f64));
  CHECK(distance(least_squares(parts, from({2, 4}, {2}, Dtype::f64), 1e-10).to_vector(), {1.5, 1.5}) < 1e-14);
  const Svd scales = svd(diagonal({2, 0.01}));
  const Tensor y = from({2, 1}, {2}, Dtype::f64);
  CHECK(distance(least_squares(scales, y, 0).to_vector(), {1, 100}) < 1e-14);
  CHECK(distance(least_squares(scales, y, 0.1).to_vector(), {1, 0}) < 1e-14);
  CHECK(distance(least_squares(scales, y, 10).to_vector(), {0, 0}) == 0);
  CHECK_THROWS_WITH_AS(least_squares(scales, from({1, 2, 3}, {3}, Dtype::f64), 0),
                       "least_squares: (3) does not match the 2 rows of the matrix", Error);
}

TEST_CASE("what is no finite matrix is refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(svd(from({1, nan, 3, 4}, {2, 2})),
                       "svd: the matrix (2, 2) holds nan, not only finite values", Error);
  CHECK_THROWS_WITH_AS(svd(from({1, 2}, {2})), "svd: (2) is not a matrix with elements", Error);
  CHECK_THROWS_WITH_AS(svd(zeros({0, 2})), "svd: (0, 2) is not a matrix with elements", Error);
}
