#include <voronet/core/error.h>
#include <voronet/theory/values.h>

#include <cmath>
#include <set>

#include <doctest/doctest.h>

namespace voronet {
namespace {

Tensor f64(const std::vector<double>& values) { return from(values, {std::ssize(values)}, Dtype::f64); }

TEST_CASE("the largest value is found, and a NaN anywhere is it") {
  CHECK(largest(f64({-3, -1, -2})) == -1);
  CHECK(std::isnan(largest(f64({std::nan(""), 1}))));
  CHECK(std::isnan(largest(f64({1, std::nan(""), 2}))));
}

TEST_CASE("the largest magnitude is that of finite numbers") {
  CHECK(largest_magnitude("it", f64({1, -3, 2})) == 3);
  CHECK_THROWS_WITH_AS(largest_magnitude("svd: it", f64({1, -INFINITY})),
                       "svd: it (2) holds -inf, not only finite values", Error);
}

TEST_CASE("inner products, lengths and the identity") {
  CHECK(inner(f64({1, 2}), f64({3, -1})) == 1);
  CHECK(length(f64({3, -4})) == 5);
  CHECK(identity(2).to_vector() == std::vector<double>{1, 0, 0, 1});
}

TEST_CASE("both ends are drawn, and nothing beyond them") {
  Random random(1);
  std::set<Index> drawn;
  for (int i = 0; i < 100; ++i) drawn.insert(between(-1, 2, random));
  CHECK(drawn == std::set<Index>{-1, 0, 1, 2});
}

}  // namespace
}  // namespace voronet
