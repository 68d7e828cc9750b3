#include <voronet/apps/attack/pictures.h>

#include "apps/attack/attack_rows.h"
#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("weak pixels are red to yellow on the darkened image") {
  const data::Images map = heat_map(small_picture(), Census{{{0, 3, 1, 0}, {2, 1, 255, 255}}});
  CHECK(map.height == 3);
  CHECK(map.width == 4);
  CHECK(map.channels == 3);
  const auto pixel = [&](Index row, Index column) {
    const auto first = map.pixels.begin() + (row * 4 + column) * 3;
    return std::vector<std::uint8_t>(first, first + 3);
  };
  CHECK(pixel(0, 0) == std::vector<std::uint8_t>{13, 13, 13});
  CHECK(pixel(0, 3) == std::vector<std::uint8_t>{255, 0, 0});
  CHECK(pixel(2, 1) == std::vector<std::uint8_t>{255, 240, 0});
}

TEST_CASE("open pixels of a proof are blue, those that flip red to yellow by their share of values") {
  const data::Images map = heat_map(small_picture(), flip_proof());
  const auto pixel = [&](Index row, Index column) {
    const auto first = map.pixels.begin() + (row * 4 + column) * 3;
    return std::vector<std::uint8_t>(first, first + 3);
  };
  CHECK(pixel(0, 0) == std::vector<std::uint8_t>{13, 13, 13});
  CHECK(pixel(0, 3) == std::vector<std::uint8_t>{255, 60, 0});
  CHECK(pixel(2, 1) == std::vector<std::uint8_t>{40, 90, 255});
  const data::Images colour{1, 1, 1, 3, {30, 60, 90}};
  CHECK(heat_map(colour, Proof{}).pixels == std::vector<std::uint8_t>{20, 20, 20});
}

TEST_CASE("weak pixels of colour images are yellow where all 2^24 - 1 changes flip") {
  const data::Images map = heat_map({1, 1, 2, 3, {30, 60, 90, 1, 2, 3}}, Census{{{0, 0, (1 << 24) - 1, 0}}});
  CHECK(map.pixels == std::vector<std::uint8_t>{255, 240, 0, 0, 0, 0});
}

TEST_CASE("a heat map is of one image that holds the weak pixels") {
  CHECK_THROWS_AS(heat_map({2, 1, 1, 3, {1, 2, 3, 1, 2, 3}}, Census{}), Error);
  CHECK_THROWS_AS(heat_map(small_picture(), Census{{{3, 0, 1, 1}}}), Error);
}
