#include <voronet/theory/distances.h>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("squared distances of points from centroids, and the nearest, the first of equals") {
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    const Tensor points = from({0, 0, 3, 4, 1, 0}, {3, 2}, dtype),
                 centroids = from({0, 0, 2, 0}, {2, 2}, dtype);
    const Tensor squares = squared_distances(points, centroids);
    CHECK(squares.dtype() == dtype);
    CHECK(squares.shape() == Shape{3, 2});
    CHECK(squares.to_vector() == std::vector<double>{0, 4, 25, 17, 1, 1});
    CHECK(nearest(points, centroids) == std::vector<int>{0, 1, 0});
  }
}

TEST_CASE("distances of points far from the origin do not cancel") {
  const Tensor points = from({1e8, 1e8}, {1, 2}, Dtype::f64),
               centroids = from({1e8 + 1, 1e8}, {1, 2}, Dtype::f64);
  CHECK(squared_distances(points, centroids).to_vector() == std::vector<double>{1});
}

TEST_CASE("points and centroids that do not fit are refused") {
  CHECK_THROWS_WITH_AS(squared_distances(zeros({3, 2}), zeros({2, 3})),
                       "distances: points (3, 2) of f32 do not match centroids (2, 3) of f32", Error);
  CHECK_THROWS_WITH_AS(squared_distances(zeros({3, 2}), zeros({2, 2}, Dtype::f64)),
                       "distances: points (3, 2) of f32 do not match centroids (2, 2) of f64", Error);
}

TEST_CASE("a DUQ head's distances are each in the class's own space") {
  // W_0 swaps two features, W_1 doubles the first and drops the second.
  const Tensor weight = from({0, 1, 2, 0, 1, 0, 0, 0}, {2, 2, 2}, Dtype::f64),
               centroids = from({0, 1, 1, 0}, {2, 2}, Dtype::f64);
  const Tensor points = from({0, 0, 1, 3}, {2, 2}, Dtype::f64);
  const Tensor squares = squared_distances(points, ClassSpaceForm{weight, centroids});
  CHECK(squares.shape() == Shape{2, 2});
  CHECK(squares.to_vector() == std::vector<double>{1, 1, 9, 1});
  CHECK_THROWS_WITH_AS(squared_distances(points, ClassSpaceForm{weight, zeros({2, 3}, Dtype::f64)}),
                       "distances: weight (2, 2, 2) does not match centroids (2, 3)", Error);
}

TEST_CASE("distances are between all points, seen as vectors in f64") {
  const Tensor result = distances(zeros({2, 1, 2}), from({3, 4, 0, -2, 1, 0}, {3, 2}));
  CHECK(result.shape() == Shape{2, 3});
  CHECK(result.dtype() == Dtype::f64);
  CHECK(result.to_vector() == std::vector<double>{5, 2, 1, 5, 2, 1});
  CHECK_THROWS_WITH_AS(distances(zeros({0, 3}), zeros({2, 3})), "distances: no points in (0, 3)", Error);
  CHECK_THROWS_AS(distances(zeros({2, 3}), zeros({2, 2})), Error);
}
