#include <voronet/attacks/attack_row.h>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("changes are written at their row and column, all channels") {
  data::Images image = plain_images(1, 2, 3, 3, 0);
  const std::vector<PixelChange> changes{{1, 2, {0, 0, 0}, {7, 8, 9}}, {0, 1, {0, 0, 0}, {1, 2, 255}}};
  apply(changes, image.image(0), image.width);
  CHECK(image.pixels == std::vector<std::uint8_t>{0, 0, 0, 1, 2, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9});
}

TEST_CASE("a change outside the image is refused") {
  data::Images image = plain_images(1, 2, 3, 1, 0);
  for (const auto& [row, column] : {std::pair<Index, Index>{2, 0}, {0, 3}, {-1, 0}, {0, -1}}) {
    const std::vector<PixelChange> changes{{row, column, {0}, {1}}};
    CHECK_THROWS_AS(apply(changes, image.image(0), image.width), Error);
  }
}

TEST_CASE("changes between two images are what makes one of the other") {
  const data::Images before = plain_images(1, 2, 3, 3, 5);
  data::Images after = before;
  CHECK(changes_between(before, after.image(0)).empty());
  const std::vector<PixelChange> changes{{0, 1, {5, 5, 5}, {1, 5, 255}}, {1, 2, {5, 5, 5}, {7, 8, 9}}};
  apply(changes, after.image(0), after.width);
  CHECK(changes_between(before, after.image(0)) == changes);
}
