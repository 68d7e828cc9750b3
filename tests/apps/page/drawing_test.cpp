#include <voronet/apps/page/drawing.h>
#include <voronet/core/error.h>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

const double nothing = std::numeric_limits<double>::quiet_NaN();

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

TEST_CASE("an axis goes over the values that are finite, from one end to the other") {
  const Axis axis({nothing, 1, INFINITY, 9}, 5, 100, 0);
  CHECK(axis.ticks == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(axis(0) == 100);
  CHECK(axis(5) == 50);
  CHECK(axis(10) == 0);
  CHECK(Axis({}, 5, 0, 1).ticks.back() == 1);
}

TEST_CASE("a drawing has its title for eyes and for screen readers, and no markup in words") {
  CHECK(svg_text(1.5, 20, "middle", "<b>") ==
        "<text x=\"1.5\" y=\"20\" text-anchor=\"middle\">&lt;b&gt;</text>\n");
  const std::string picture = svg(Drawing{
      .width = 10, .height = 20, .left = 3, .title = "A & B", .description = "<d>", .content = "<g/>"});
  CHECK(picture.starts_with("<svg viewBox=\"0 0 10 20\" role=\"img\" font-size=\"13\""));
  CHECK(picture.find("<title>A &amp; B</title>\n<desc>&lt;d&gt;</desc>") != std::string::npos);
  CHECK(picture.find("font-size=\"15\" font-weight=\"600\">A &amp; B</text>\n<g/></svg>") !=
        std::string::npos);
}
