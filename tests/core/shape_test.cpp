#include <voronet/core/error.h>
#include <voronet/core/shape.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a scalar has rank 0 and one element, an empty dimension makes size 0") {
  CHECK(Shape{}.rank() == 0);
  CHECK(Shape{}.size() == 1);
  CHECK(Shape{3, 0, 2}.size() == 0);
  CHECK(Shape{2, 3, 4}.size() == 24);
}

TEST_CASE("negative positions count from the end") {
  const Shape shape{2, 3, 4};
  CHECK(shape[-1] == 4);
  CHECK(shape[0] == shape[-3]);
  CHECK(shape.axis(-2) == 1);
  CHECK(shape.with(-1, 7) == Shape{2, 3, 7});
  CHECK(shape.without(1) == Shape{2, 4});
  CHECK(shape.without(-3) == Shape{3, 4});
  CHECK_THROWS_WITH_AS(shape[3], "shape: axis 3 is out of range for (2, 3, 4)", Error);
  CHECK_THROWS_AS(shape[-4], Error);
  CHECK_THROWS_AS(Shape{}[0], Error);
}

TEST_CASE("shapes are equal when all sizes are, also of removed dimensions") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK_FALSE(Shape{2, 3} == Shape{2, 3, 1});
  CHECK(Shape{2, 3, 5}.without(2) == Shape{2, 3});
}

TEST_CASE("a quotient is rounded up, of negative numbers too") {
  for (const Index b : {1, 3, 4})
    for (Index a = -9; a <= 9; ++a)
      CHECK(divide_up(a, b) == std::ceil(static_cast<double>(a) / static_cast<double>(b)));
}

TEST_CASE("impossible shapes are refused") {
  CHECK_THROWS_WITH_AS((Shape{2, -1}), "shape: negative size in (2, -1)", Error);
  CHECK_THROWS_WITH_AS((Shape{1, 1, 1, 1, 1, 1, 1}), "shape: 7 dimensions, at most 6 are possible", Error);
  const Index large = Index{1} << 32;
  CHECK_THROWS_WITH_AS((Shape{large, large}), "shape: (4294967296, 4294967296) has too many elements", Error);
  CHECK_THROWS_AS((Shape{2}.with(0, -2)), Error);
}

TEST_CASE("shapes broadcast from the last dimension, by size 1") {
  CHECK(broadcast({2, 1, 4}, {3, 1}, "f") == Shape{2, 3, 4});
  CHECK(broadcast({}, {5}, "f") == Shape{5});
  CHECK(broadcast({1}, {0}, "f") == Shape{0});
  CHECK_THROWS_WITH_AS(
      broadcast({2, 3}, {2}, "f"),
      "f: shapes (2, 3) and (2) do not broadcast (aligned at the last dimension, sizes must be equal or 1)",
      Error);
  CHECK_THROWS_AS(broadcast({0}, {2}, "f"), Error);
}
