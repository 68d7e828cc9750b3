#include <voronet/attacks/pixel/corners.h>

#include <cmath>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

double share(std::uint8_t value) { return value / 255.0; }

// Class 1 grows with the byte at `position` and wins above 3/5 of the range.
Predict weak_at(std::size_t position) {
  return hand_made([position](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.9 - 0.6 * share(bytes[position]), 0.9 * share(bytes[position])};
  });
}

}  // namespace

TEST_CASE("a corner that flips is found among the corners, at its row and column") {
  const AttackRow gray = attack(Corners{}, weak_at(2 * 7 + 6), plain_images(1, 4, 7, 1, 20), 0, 0);
  CHECK(gray.pixels == std::vector<PixelChange>{{2, 6, {20}, {255}}});
  CHECK(gray.queries == 2 * 28);
  CHECK(gray.first_flip == 28 + 21);

  // The green of pixel (1, 0) of 2 x 3: the corners with green come third in each four, from (0, 255, 0) on.
  const AttackRow colour = attack(Corners{}, weak_at(3 * 3 + 1), plain_images(1, 2, 3, 3, 30), 0, 0);
  REQUIRE(colour.pixels.size() == 1);
  CHECK(colour.pixels[0].row == 1);
  CHECK(colour.pixels[0].column == 0);
  CHECK(colour.pixels[0].after[1] == 255);
  CHECK(colour.first_flip == 2 * 6 + 4);
  CHECK(colour.queries == 8 * 6);
}

TEST_CASE("the image itself is no query") {
  const Predict stubborn = hand_made([](auto) { return std::vector<double>{0.9, 0.1}; });
  // Zeros are a corner; every position is refined: 1..254 after 0 and 255.
  CHECK(attack(Corners{}, stubborn, plain_images(1, 2, 2, 1, 0), 0, 0).queries == 4 * 255);
  CHECK(attack(Corners{.refined = 3}, stubborn, plain_images(1, 2, 2, 1, 0), 0, 0).queries == 4 + 3 * 254);
}

TEST_CASE("gray values between the corners are found where the corners come closest") {
  // Class 1 wins at the value 77 of position 5 alone, which already at 0 is the most promising.
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.5, bytes[5] == 77 ? 0.9 : bytes[5] == 0 ? 0.3 : 0.1};
  });
  const data::Images image = plain_images(1, 2, 4, 1, 40);
  const AttackRow row = attack(Corners{.refined = 1}, predict, image, 0, 0);
  CHECK(row.pixels == std::vector<PixelChange>{{1, 1, {40}, {77}}});
  CHECK(row.first_flip == 16 + 76);  // 1..77 but 40 after the corners
}

TEST_CASE("colours are refined channel by channel to the last bit") {
  // The closer pixel (0, 1) comes to (201, 13, 118) the better; class 1 wins there and nowhere else.
  const Predict predict = hand_made([](std::span<const std::uint8_t> b) {
    const double distance = std::abs(b[3] - 201) + std::abs(b[4] - 13) + std::abs(b[5] - 118);
    return std::vector<double>{0.5, distance == 0 ? 0.6 : 0.4 - distance / 2000};
  });
  const AttackRow row = attack(Corners{.refined = 1}, predict, plain_images(1, 1, 2, 3, 90), 0, 0);
  CHECK(row.pixels == std::vector<PixelChange>{{0, 1, {90, 90, 90}, {201, 13, 118}}});
  CHECK(row.queries < 16 + 4 * 3 * 6 + 1);
}

TEST_CASE("two pixels do together what neither does alone") {
  const Predict both = hand_made([](std::span<const std::uint8_t> bytes) {
    const double sum = share(bytes[1]) + share(bytes[10]);
    return std::vector<double>{1 - 0.2 * sum, 0.5 * sum};  // flips above a sum of 10/7
  });
  const data::Images image = plain_images(1, 3, 4, 1, 10);
  CHECK_FALSE(attack(Corners{}, both, image, 0, 0).flip());
  const Corners two{.pixels = 2, .seed = 3};
  const AttackRow row = attack(two, both, image, 0, 0);
  REQUIRE(row.confident_flip());
  CHECK(row.pixels == std::vector<PixelChange>{{0, 1, {10}, {255}}, {2, 2, {10}, {255}}});
  CHECK(attack(two, both, image, 0, 0) == row);
  CHECK(attack(Corners{.pixels = 2, .seed = 4}, both, image, 0, 0).first_flip != row.first_flip);
}

TEST_CASE("with all positions refined, combinations are of the best of all values") {
  // Two pixels of value 77 do it together; no corner comes any closer than the image itself.
  const Predict both = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.5, 0.1 + 0.25 * (bytes[1] == 77) + 0.25 * (bytes[10] == 77)};
  });
  const data::Images image = plain_images(1, 3, 4, 1, 10);
  const AttackRow row = attack(Corners{.pixels = 2, .refined = 12}, both, image, 0, 0);
  CHECK(row.pixels == std::vector<PixelChange>{{0, 1, {10}, {77}}, {2, 2, {10}, {77}}});
  CHECK_FALSE(attack(Corners{.pixels = 2, .refined = 1}, both, image, 0, 0).flip());
}

TEST_CASE("as many pixels as the image has can change") {
  const Predict all = hand_made([](std::span<const std::uint8_t> bytes) {
    double sum = 0;
    for (const std::uint8_t byte : bytes) sum += share(byte);
    return std::vector<double>{0.5, sum > 3.9 ? 0.9 : sum / 10};
  });
  const AttackRow row = attack(Corners{.pixels = 4}, all, plain_images(1, 2, 2, 1, 10), 0, 0);
  CHECK(row.pixels.size() == 4);
}

TEST_CASE("a targeted search goes to its target") {
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.4, 0.9 * share(bytes[0]), 0.9 * share(bytes[1])};
  });
  const AttackRow row = attack(Corners{}, predict, plain_images(1, 1, 2, 1, 10), 0, 0, 2);
  CHECK(row.predicted == 2);
  CHECK(row.pixels == std::vector<PixelChange>{{0, 1, {10}, {255}}});
}

TEST_CASE("corners refuse what makes no sense") {
  const data::Images image = plain_images(1, 2, 2, 1, 0);
  CHECK_THROWS_WITH_AS(attack(Corners{.pixels = 5}, weak_at(0), image, 0, 0),
                       "attack: 5 pixels of an image of 2 x 2", Error);
  CHECK_THROWS_AS(attack(Corners{.pixels = 0}, weak_at(0), image, 0, 0), Error);
  CHECK_THROWS_AS(attack(Corners{.pixels = 3, .moves = 2}, weak_at(0), image, 0, 0), Error);
  CHECK_THROWS_AS(attack(Corners{.refined = 0}, weak_at(0), image, 0, 0), Error);
  CHECK_THROWS_AS(attack(Corners{}, weak_at(0), image, 0, 1), Error);
}

TEST_CASE("the threat model of corners says how it searches") {
  CHECK(threat_model(Corners{}).find("one pixel of the 8-bit image") != std::string::npos);
  CHECK(threat_model(Corners{.pixels = 3}).find("combines 3 of the best 100 moves") != std::string::npos);
}

TEST_CASE("changes of which a model says NaN end no search, and hide no flip") {
  for (const Index pixels : {1, 2}) {
    const AttackRow row =
        attack(Corners{.pixels = pixels}, sometimes_nan(), plain_images(1, 2, 4, 1, 20), 0, 0);
    CHECK(row.confident_flip());
    CHECK(row.pixels == std::vector<PixelChange>{{1, 1, {20}, {255}}});
  }
  // Without any flip all is tried, and NaN comes last among the moves that are combined.
  const Predict no_flip = hand_made([](std::span<const std::uint8_t> bytes) {
    return bytes[3] > 100 ? std::vector<double>(2, std::numeric_limits<double>::quiet_NaN())
                          : std::vector<double>{0.6, 0.5};
  });
  const AttackRow none =
      attack(Corners{.pixels = 2, .combinations = 50}, no_flip, plain_images(1, 2, 4, 1, 20), 0, 0);
  CHECK_FALSE(none.flip());
  CHECK(none.queries == 8 * 255 + 50);
}

TEST_CASE("a goal that is reached before all corners were asked about ends the search") {
  // One corner of 91 x 91 positions is more than a batch: beyond it no position has values to refine.
  const Predict weak_to_black = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.5, bytes[0] == 0 ? 0.9 : 0.1};
  });
  const AttackRow row =
      attack(Corners{.refined = 100'000}, weak_to_black, plain_images(1, 91, 91, 2, 30), 0, 0);
  CHECK(row.first_flip == 1);
  CHECK(row.queries == query_batch);
}

TEST_CASE("channels whose corners nobody can try are refused") {
  CHECK_THROWS_WITH_AS(attack(Corners{}, weak_at(0), plain_images(1, 2, 2, 64, 0), 0, 0),
                       "corners: 64 channels, 16 are the most", Error);
}
