#include <voronet/attacks/pixel/sparse_rs.h>

#include <cmath>
#include <set>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

double share(std::uint8_t value) { return value / 255.0; }

// Class 1 grows with the bytes at the positions, and wins when all are bright.
Predict weak_at(std::vector<std::size_t> positions) {
  return hand_made([positions](std::span<const std::uint8_t> bytes) {
    double sum = 0;
    for (const std::size_t p : positions) sum += share(bytes[p]) / static_cast<double>(positions.size());
    return std::vector<double>{0.9 - 0.3 * sum, 0.65 * sum};
  });
}

// The bytes of every image that the model is asked about, the clean one first.
struct Asked {
  Predict predict = hand_made([this](std::span<const std::uint8_t> bytes) {
    images.emplace_back(bytes.begin(), bytes.end());
    return std::vector<double>{0.9, 0.1, 0.2};
  });
  std::vector<std::vector<std::uint8_t>> images;
};

std::set<Index> changed(std::span<const std::uint8_t> bytes, std::uint8_t before) {
  std::set<Index> positions;
  for (Index p = 0; p < std::ssize(bytes); ++p)
    if (bytes[p] != before) positions.insert(p);
  return positions;
}

}  // namespace

TEST_CASE("random search finds the pixels that flip together, at their rows and columns") {
  const data::Images image = plain_images(1, 5, 7, 1, 20);
  const SparseRs options{.pixels = 3, .queries = 4000, .seed = 1};
  const AttackRow row = attack(options, weak_at({8, 20, 34}), image, 0, 0);
  REQUIRE(row.confident_flip());
  CHECK(row.pixels ==
        std::vector<PixelChange>{{1, 1, {20}, {255}}, {2, 6, {20}, {255}}, {4, 6, {20}, {255}}});
  CHECK(row.queries == row.first_confident_flip);
  CHECK(attack(options, weak_at({8, 20, 34}), image, 0, 0) == row);
  CHECK(attack(options, weak_at({8, 20, 34}), image, 1, 0).queries != row.queries);
  CHECK(attack({.pixels = 3, .queries = 4000, .seed = 2}, weak_at({8, 20, 34}), image, 0, 0).queries !=
        row.queries);
}

TEST_CASE("each query changes k pixels to corners of the colour cube, and the swapped share falls") {
  for (const bool targeted : {false, true}) {
    Asked asked;
    const SparseRs options{.pixels = 100, .queries = 1000};
    const auto target = targeted ? std::optional<int>(1) : std::nullopt;
    const AttackRow row = attack(options, asked.predict, plain_images(1, 20, 20, 1, 128), 0, 0, target);
    CHECK(row.queries == 1000);
    CHECK(!row.flip());
    REQUIRE(asked.images.size() == 1001);
    // The loss never falls, so every query swaps pixels of the first.
    const std::set<Index> first = changed(asked.images[1], 128);
    CHECK(first.size() == 100);
    for (Index query = 1; query < 1000; ++query) {
      const auto& image = asked.images[1 + query];
      const std::set<Index> now = changed(image, 128);
      CHECK(now.size() == 100);
      CHECK(std::all_of(now.begin(), now.end(), [&](Index p) { return image[p] == 0 || image[p] == 255; }));
      const auto swapped =
          std::count_if(first.begin(), first.end(), [&](Index p) { return !now.contains(p); });
      if (query <= 5) CHECK(swapped == (targeted ? 5 : 15));  // of 10,000 queries the first 50
      if (query > 5 && query <= 20) CHECK(swapped == (targeted ? 2 : 7));
      if (query > 800) CHECK(swapped == 1);
    }
  }
}

TEST_CASE("a lone pixel is never set to the colour that it has") {
  Asked asked;
  const data::Images image = plain_images(1, 3, 3, 1, 255);
  attack(SparseRs{.pixels = 1, .queries = 200}, asked.predict, image, 0, 0);
  for (std::size_t i = 2; i < asked.images.size(); ++i) CHECK(asked.images[i] != image.pixels);
}

TEST_CASE("a pixel of a colour image has a value for each channel") {
  // The blue of pixel (1, 0) of 2 x 3, for one pixel at a time.
  const AttackRow row = attack(SparseRs{.pixels = 1}, weak_at({11}), plain_images(1, 2, 3, 3, 30), 0, 0);
  REQUIRE(row.pixels.size() == 1);
  CHECK(row.pixels[0].row == 1);
  CHECK(row.pixels[0].column == 0);
  CHECK(row.pixels[0].after[2] == 255);
}

TEST_CASE("a targeted random search goes to its target") {
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.4, 0.9 * share(bytes[0]), 0.9 * share(bytes[7])};
  });
  for (const int target : {1, 2}) {
    const AttackRow row = attack(SparseRs{.pixels = 2}, predict, plain_images(1, 2, 4, 1, 10), 0, 0, target);
    CHECK(row.predicted == target);
    CHECK(row.confident_flip());
  }
}

TEST_CASE("a low-confidence flip does not end a search for a confident one") {
  // Pixel 0 flips with little confidence, pixel 5 adds to it.
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{bytes[0] > 200 ? 0.01 : 0.3, 0.05 + 0.9 * share(bytes[5])};
  });
  const data::Images image = plain_images(1, 3, 4, 1, 0);
  const AttackRow confident = attack(SparseRs{.pixels = 2}, predict, image, 0, 0);
  CHECK(confident.confident_flip());
  CHECK(confident.confidences_after[1] > 0.9);
  const AttackRow any = attack(SparseRs{.pixels = 2, .goal = Goal::flip}, predict, image, 0, 0);
  CHECK(any.queries == any.first_flip);
}

TEST_CASE("sparse random search refuses what makes no sense") {
  const data::Images image = plain_images(1, 2, 2, 1, 0);
  const auto refuses = [&](const SparseRs& options, const char* message) {
    CHECK_THROWS_WITH_AS(attack(options, weak_at({0}), image, 0, 0), message, Error);
  };
  refuses({.pixels = 5}, "attack: 5 pixels of an image of 2 x 2");
  refuses({.pixels = 0}, "attack: 0 pixels of an image of 2 x 2");
  refuses({.pixels = 4}, "sparse-rs: it swaps pixels with others, so fewer than all 4 can change");
  refuses({.queries = 0}, "sparse-rs: 0 queries");
  refuses({.alpha = 0}, "sparse-rs: alpha 0 is not in (0, 1]");
  CHECK_THROWS_AS(attack(SparseRs{}, weak_at({0}), image, 0, 0, 0), Error);
}

TEST_CASE("the threat model of a random search says how far it went") {
  const std::string words = threat_model(SparseRs{.pixels = 3, .queries = 500});
  CHECK(words.find("up to 3 pixels") != std::string::npos);
  CHECK(words.find("500 queries") != std::string::npos);
}

TEST_CASE("changes of which a model says NaN end no search, and hide no flip") {
  for (const std::optional<int> target : {std::optional<int>(), std::optional(1)}) {
    const AttackRow row = attack(SparseRs{.pixels = 1, .queries = 200, .seed = 1}, sometimes_nan(),
                                 plain_images(1, 2, 4, 1, 20), 0, 0, target);
    CHECK(row.confident_flip());
    CHECK(row.pixels == std::vector<PixelChange>{{1, 1, {20}, {255}}});
  }
}
