#include <voronet/apps/page/plot.h>
#include <voronet/core/error.h>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

const double nothing = std::numeric_limits<double>::quiet_NaN();

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a plot names its axes and series, for eyes and for screen readers") {
  const std::string picture = svg({"Loss", "epoch", "loss", {{"softmax & co", {1, 2, 3}, {0.9, 0.5, 0.25}}}});
  CHECK(contains(picture, "<title>Loss</title>"));
  CHECK(contains(picture, "softmax &amp; co: from 0.9 to 0.25."));
  CHECK(contains(picture, ">epoch</text>"));
  CHECK(contains(picture, "role=\"img\""));
  CHECK(contains(picture, "M64 "));  // the first epoch lies on the y axis
}

TEST_CASE("a value that is not finite breaks the line and does not move the axes") {
  const std::string picture = svg({"t", "x", "y", {{"s", {0, 1, 2, 3}, {1, nothing, 3, INFINITY}}}});
  CHECK_FALSE(contains(picture, "nan"));
  CHECK_FALSE(contains(picture, "inf"));
  CHECK_FALSE(contains(picture, "L"));
}

TEST_CASE("a plot without data shows empty axes; lists of different lengths are an error") {
  CHECK(contains(svg({"t", "x", "y", {{"s", {}, {}}}}), "nothing yet"));
  CHECK(contains(svg({"t", "x", "y", {}}), "</svg>"));
  CHECK_THROWS_WITH_AS(svg({"t", "x", "y", {{"s", {1}, {}}}}), "plot: s has 1 x and 0 y", Error);
}
