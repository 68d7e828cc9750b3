#include <voronet/apps/page/plot.h>
#include <voronet/core/error.h>

#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("every value is counted once, in bins that all samples share") {
  const auto outlines = histograms({{"a", {0, 1, 1.5, 4}}, {"b", {2}}}, 4);
  CHECK(outlines[0].x == std::vector<double>{0, 1, 1, 2, 2, 3, 3, 4});
  CHECK(outlines[0].y == std::vector<double>{1, 1, 2, 2, 0, 0, 1, 1});
  CHECK(outlines[1].x == outlines[0].x);
  CHECK(outlines[1].y == std::vector<double>{0, 0, 0, 0, 1, 1, 0, 0});
}

TEST_CASE("equal values share a bin, and what is not finite has none") {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto outlines = histograms({{"a", {3, 3, infinity}}}, 2);
  CHECK(outlines[0].y == std::vector<double>{2, 2, 0, 0});
  CHECK(histograms({{"none", {}}}, 1)[0].y == std::vector<double>{0, 0});
  CHECK_THROWS_AS(histograms({}, 0), Error);
}
