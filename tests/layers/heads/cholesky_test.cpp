#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/layers/heads/cholesky.h>

#include <cmath>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("the factor is lower triangular, its square is the matrix, and its inverse is one") {
  Random random(1);
  for (const Index d : {1, 2, 3, 10, 65}) {
    CAPTURE(d);
    const Tensor root = normal({d + 3, d}, 0, 1, random, Dtype::f64);
    const Tensor matrix = matmul(root, root, {.a = true});
    const auto factor = cholesky(matrix);
    REQUIRE(factor.has_value());
    CHECK(distance(matmul(*factor, *factor, {.b = true}), matrix) < 1e-12 * static_cast<double>(d + 3));
    const Tensor inverse = inverse_of_lower(*factor), product = matmul(inverse, *factor);
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j < d; ++j) {
        if (j > i) CHECK(factor->at(i * d + j) == 0);
        if (j > i) CHECK(inverse.at({i, j}) == 0);
        CHECK(std::abs(product.at({i, j}) - (i == j)) < 1e-9);
      }
  }
}

TEST_CASE("matrices that are not positive definite, or have a pivot that is too small, have no factor") {
  const auto matrix = [](const std::vector<double>& values) { return from(values, {2, 2}, Dtype::f64); };
  CHECK(cholesky(matrix({4, 2, 2, 2})).has_value());
  CHECK_FALSE(cholesky(matrix({1, 1, 1, 1})).has_value());
  CHECK_FALSE(cholesky(matrix({1, 2, 2, 1})).has_value());
  CHECK_FALSE(cholesky(matrix({0, 0, 0, 1})).has_value());
  CHECK_FALSE(cholesky(matrix({std::nan(""), 0, 0, 1})).has_value());
  CHECK(cholesky(matrix({4, 2, 2, 2}), 0.9).has_value());  // pivots 4 and 1
  CHECK_FALSE(cholesky(matrix({4, 2, 2, 2}), 1).has_value());
  CHECK_THROWS_AS(cholesky(ones({2, 3}, Dtype::f64)), const Error&);
  CHECK_THROWS_AS(inverse_of_lower(ones({4}, Dtype::f64)), const Error&);
}
