#include <voronet/attacks/pixel/exhaustive.h>

#include <cmath>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

using Values = std::vector<std::uint8_t>;

// A 3 x 5 image of 40s whose class turns from 0 to 1 when the pixel at (row 2, column 1) is from 200 on or
// (row 0, column 4) is 0 or 7; the confidence of class 1 is above .1 only from 250 on.
const data::Images image = plain_images(1, 3, 5, 1, 40);
const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
  const int strong = bytes[2 * 5 + 1], other = bytes[4];
  if (strong >= 250) return std::vector<double>{0.01, 0.9};
  if (strong >= 200 || other == 0 || other == 7) return std::vector<double>{0.01, 0.05};
  return std::vector<double>{0.8, 0.05};
});

// Counts the images that a model is asked about.
Predict counted(const Predict& model, Index& asked) {
  return [&model, &asked](const data::Images& images) {
    asked += images.count;
    return model(images);
  };
}

}  // namespace

TEST_CASE("a census finds exactly the adversarial values of every pixel") {
  const AttackRow row = attack(Exhaustive{.census = true}, predict, image, 3, 0);
  CHECK(row.index == 3);
  CHECK(row.queries == 15 * 255);
  REQUIRE(row.census.has_value());
  CHECK(row.census->weak_pixels == std::vector<WeakPixel>{{0, 4, 2, 0}, {2, 1, 56, 6}});
  CHECK(row.census->adversarial() == 58);
  CHECK(row.census->adversarial_confident() == 6);
  CHECK(row.first_flip == 5);                  // all zeros come first, row by row
  CHECK(row.first_confident_flip == 15 + 12);  // then all 255s
  CHECK(row.confident_flip());
  CHECK(row.pixels == std::vector<PixelChange>{{2, 1, {40}, {255}}});
  CHECK(row.confidences_after == std::vector<double>{0.01, 0.9});
}

TEST_CASE("a search for existence stops soon after what it was asked for") {
  AttackRow row = attack(Exhaustive{.goal = Goal::flip}, predict, image, 0, 0);
  CHECK(row.first_flip == 5);
  CHECK(row.queries == 15);
  CHECK_FALSE(row.census.has_value());
  row = attack(Exhaustive{}, predict, image, 0, 0);
  CHECK(row.first_confident_flip == 27);
  CHECK(row.queries == 30);
  // An image below tau has no confident flip: any ends the search.
  CHECK(attack(Exhaustive{.tau = 0.85}, predict, image, 0, 0).queries == 15);
}

TEST_CASE("each image that the model is asked about counts as one query, found or not") {
  const data::Images small = plain_images(1, 2, 3, 1, 0);
  for (const int value : {1, 16, 255, -1}) {
    Index asked = 0;
    const Predict one_value = hand_made([value](std::span<const std::uint8_t> bytes) {
      return std::vector<double>{0.5, bytes[5] == value ? 0.9 : 0.1};
    });
    const AttackRow row = attack(Exhaustive{}, counted(one_value, asked), small, 0, 0);
    CHECK(row.flip() == (value >= 0));
    CHECK(row.queries == asked - (row.flip() ? 2 : 1));  // the clean image, and the verification of a flip
    // Zeros are the image itself; then come 6 x 255, 6 x 15 of the grid and 6 x 239 others.
    CHECK(row.queries == (value == 255 ? 6 : value == 16 ? 6 + 90 : 6 * 255));
    if (value == 16) CHECK(row.first_flip == 6 + 5 * 15 + 1);
  }
}

TEST_CASE("more candidates than a batch holds are all tried once") {
  const data::Images large = plain_images(1, 5, 9, 1, 9);
  Index asked = 0;
  const Predict last_pixel = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.5, bytes[44] == 254 ? 0.9 : 0.1};
  });
  const AttackRow row = attack(Exhaustive{.census = true}, counted(last_pixel, asked), large, 0, 0);
  CHECK(asked == 5 * 9 * 255 + 2);
  CHECK(row.census->weak_pixels == std::vector<WeakPixel>{{4, 8, 1, 1}});
}

TEST_CASE("0 and 255 are in reach") {
  const data::Images middle = plain_images(1, 2, 3, 1, 128);
  for (const int only : {0, 255}) {
    const Predict extreme = hand_made([only](std::span<const std::uint8_t> bytes) {
      return std::vector<double>{0.5, bytes[5] == only ? 0.9 : 0.1};
    });
    const AttackRow row = attack(Exhaustive{.census = true}, extreme, middle, 0, 0);
    CHECK(row.census->weak_pixels == std::vector<WeakPixel>{{1, 2, 1, 1}});
    CHECK(row.pixels[0].after[0] == only);
  }
}

TEST_CASE("an exhaustive search for a target counts the flips to it alone") {
  const Predict to_two = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.5, bytes[0] == 0 ? 0.9 : 0.1, bytes[1] > 252 ? 0.9 : 0.1};
  });
  const AttackRow row = attack(Exhaustive{.census = true}, to_two, plain_images(1, 1, 2, 1, 3), 0, 0, 2);
  CHECK(row.census->weak_pixels == std::vector<WeakPixel>{{0, 1, 3, 3}});
  CHECK(row.predicted == 2);
}

TEST_CASE("an image that nothing flips has an empty census and its row says so") {
  const Predict stubborn = hand_made([](auto) { return std::vector<double>{0.9, 0.1}; });
  const AttackRow row = attack(Exhaustive{.census = true}, stubborn, image, 0, 0);
  CHECK_FALSE(row.flip());
  REQUIRE(row.census.has_value());
  CHECK(row.census->weak_pixels.empty());
  CHECK(row.queries == 15 * 255);
}

TEST_CASE("colour images are sent to the corners") {
  CHECK_THROWS_WITH_AS(
      attack(Exhaustive{}, predict, plain_images(1, 2, 2, 3, 40), 7, 0),
      "exhaustive search: image 7 has 3 channels and so 256^3 values a pixel; it is for gray "
      "images, use corners",
      Error);
}

TEST_CASE("the threat model of an exhaustive search says that no flip means there is none") {
  CHECK(threat_model(Exhaustive{.census = true}).find("all counted") != std::string::npos);
  CHECK(threat_model(Exhaustive{}).find("cannot be flipped by one pixel") != std::string::npos);
}

TEST_CASE("changes of which a model says NaN end no search, and hide no flip") {
  const AttackRow row =
      attack(Exhaustive{.census = true}, sometimes_nan(), plain_images(1, 2, 4, 1, 20), 0, 0);
  CHECK(row.confident_flip());
  CHECK(row.predicted == 1);
  CHECK(row.census->weak_pixels == std::vector<WeakPixel>{{1, 1, 64, 64}});  // 192..255

  // NaN itself flips where the class that stands for it is another. It is never confident.
  const Predict second = hand_made([](std::span<const std::uint8_t> bytes) {
    return bytes[3] > 100 ? std::vector<double>(2, std::numeric_limits<double>::quiet_NaN())
                          : std::vector<double>{0.1, 0.6};
  });
  const AttackRow nan = attack(Exhaustive{.goal = Goal::flip}, second, plain_images(1, 2, 4, 1, 20), 0, 1);
  CHECK(nan.flip());
  CHECK_FALSE(nan.confident_flip());
  CHECK(nan.predicted == 0);
  CHECK(std::isnan(nan.confidences_after[0]));
}
