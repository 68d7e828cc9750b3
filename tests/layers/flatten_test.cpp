#include <voronet/layers/flatten.h>

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
  CHECK_THROWS_WITH_AS(flatten(zeros({2, 3})), "Flatten: input (2, 3) is not n x h x w x c", const Error&);
}
