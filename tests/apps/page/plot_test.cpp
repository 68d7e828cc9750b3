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

TEST_CASE("ticks are round numbers that enclose the values") {
  CHECK(nice_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(nice_ticks(1, 59, 6) == std::vector<double>{0, 10, 20, 30, 40, 50, 60});
  CHECK(nice_ticks(-3, 2, 5) == std::vector<double>{-3, -2, -1, 0, 1, 2});
  for (const auto& [low, high] : {std::pair{0.861, 0.912}, {1e-9, 3e-9}, {-5e12, 7e11}, {0.0, 1e-300}}) {
    const std::vector<double> ticks = nice_ticks(low, high, 6);
    CHECK(ticks.front() <= low + 1e-6 * (high - low));
    CHECK(ticks.back() >= high - 1e-6 * (high - low));
    CHECK(ticks.size() >= 3);
    CHECK(ticks.size() <= 8);
  }
}

TEST_CASE("a single value gets room around it") {
  for (const double value : {0.0, 5.0, -1e-8}) {
    const std::vector<double> ticks = nice_ticks(value, value, 6);
    CHECK(ticks.front() < value);
    CHECK(ticks.back() > value);
  }
  CHECK_THROWS_AS(nice_ticks(nothing, 1, 6), Error);
  CHECK_THROWS_AS(nice_ticks(2, 1, 6), Error);
}

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
