#include <voronet/core/file.h>
#include <voronet/data/md5.h>
#include <voronet/data/synthetic.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;

TEST_CASE("the same seed gives the same bytes, another one others") {
  for (const std::string& name : synthetic_names()) {
    CAPTURE(name);
    const std::string csv = to_csv(synthetic(name));
    CHECK(csv == to_csv(synthetic(name, {.seed = 1})));
    CHECK(csv != to_csv(synthetic(name, {.seed = 2})));
    CHECK(csv.starts_with("x0,x1,label\n"));
  }
}

TEST_CASE("a file of them holds them exactly") {
  const TemporaryFolder folder;
  const Dataset set = synthetic("spirals", {.points = 100, .classes = 4});
  write_file(folder / "train.csv", to_csv(set));
  const Dataset back = read_points(folder.path(), Split::train);
  CHECK(back.points.to_vector() == set.points.to_vector());
  CHECK(back.labels == set.labels);
  CHECK(back.mean == set.mean);
}

TEST_CASE("without noise moons are half circles, spirals wind outwards and blobs are points of a circle") {
  const auto at = [](const Dataset& set, Index i) {
    return std::pair(set.points.at(2 * i), set.points.at(2 * i + 1));
  };
  const auto radius = [](auto point) { return std::hypot(point.first, point.second); };
  const Dataset moons = synthetic("moons", {.points = 50, .noise = 0});
  for (Index i = 0; i < moons.size(); ++i) {
    const auto [x, y] = at(moons, i);
    const bool first = i % 2 == 0;
    CHECK(radius(first ? std::pair(x, y) : std::pair(1 - x, 0.5 - y)) == doctest::Approx(1).epsilon(1e-5));
    CHECK((first ? y >= 0 : y <= 0.5));
    CHECK(moons.labels[static_cast<std::size_t>(i)] == i % 2);
  }
  const Dataset spirals = synthetic("spirals", {.points = 90, .noise = 0, .classes = 3});
  for (Index i = 0; i < spirals.size(); ++i) {
    const auto [x, y] = at(spirals, i);
    const double turns =
        std::atan2(y, x) / 6.283185307179586 - 1.5 * std::hypot(x, y) - static_cast<double>(i % 3) / 3;
    CHECK(std::abs(turns - std::round(turns)) < 1e-4);
  }
  const Dataset blobs = synthetic("blobs", {.points = 8, .noise = 0, .classes = 4});
  CHECK(blobs.points.to_vector() == std::vector<double>{1, 0, 0, 1, -1, 0, 0, -1, 1, 0, 0, 1, -1, 0, 0, -1});
}

TEST_CASE("what cannot be drawn is refused") {
  CHECK_THROWS_WITH_AS(synthetic("rings"), "synthetic: there is no rings among moons, spirals, blobs", Error);
  CHECK_THROWS_WITH_AS(synthetic("moons", {.classes = 3}), "moons: not of 3 classes, moons are two", Error);
  CHECK_THROWS_WITH_AS(synthetic("blobs", {.classes = 1}), "blobs: not of 1 classes, at least 2 are needed",
                       Error);
  CHECK_THROWS_AS(synthetic("blobs", {.points = 2}), Error);
  CHECK_THROWS_AS(synthetic("blobs", {.points = 10'000'001}), Error);
  CHECK_THROWS_AS(synthetic("blobs", {.noise = -1}), Error);
  CHECK_THROWS_AS(synthetic("blobs", {.noise = INFINITY}), Error);
}
