#include <voronet/core/operators/shapes.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/plan/inference_plan.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("Flatten orders features channel first, then row by row") {
  // Element (row r, column q, channel c) has the value 100 c + 10 r + q.
  const Tensor image = from({0, 100, 1, 101, 2, 102, 10, 110, 11, 111, 12, 112}, {1, 2, 3, 2});
  Flatten flatten;
  const Tensor flat = flatten(image);
  CHECK(flat.shape() == Shape{1, 12});
  CHECK(flat.to_vector() == std::vector<double>{0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112});
  CHECK(flatten(zeros({3, 2, 3, 2})).shape() == Shape{3, 12});
  CHECK(flatten(zeros({0, 2, 3, 2})).shape() == Shape{0, 12});
  CHECK_THROWS_WITH_AS(flatten(zeros({2})), "Flatten: input (2) is not a batch (n x ... x c)", const Error&);
}

TEST_CASE("Flatten leaves features as they are, orders any rank channel first, and so does its plan") {
  Flatten flatten;
  const Tensor features = from({1, 2, 3, 4, 5, 6}, {2, 3}), series = from({0, 10, 1, 11, 2, 12}, {1, 3, 2}),
               volume = reshape(from({0, 10, 1, 11, 2, 12, 3, 13}, {8}), {1, 2, 1, 2, 2});
  CHECK(flatten(features).to_vector() == features.to_vector());
  CHECK(flatten(series).to_vector() == std::vector<double>{0, 1, 2, 10, 11, 12});
  CHECK(flatten(volume).to_vector() == std::vector<double>{0, 1, 2, 3, 10, 11, 12, 13});
  for (const Tensor& x : {features, series, volume}) {
    const InferencePlan plan(flatten, x.shape().without(0), 2);
    CHECK(plan.run(x).to_vector() == flatten(x).to_vector());
  }
}
