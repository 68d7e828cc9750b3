#include <voronet/attacks/pixel/one_pixel.h>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

OnePixel small_search(const std::string& preset = "su2019") {
  OnePixel options;
  options.evolution = evolution_preset(preset);
  options.evolution.population = 60;
  options.evolution.generations = 60;
  return options;
}

double share(std::uint8_t value) { return value / 255.0; }

// Class 0 loses and class 1 gains confidence with the byte at `position`; 1 wins above 3/5 of the range.
Confidences weak_at(std::size_t position) {
  return [position](std::span<const std::uint8_t> bytes) {
    const double v = share(bytes[position]);
    return std::vector<double>{0.9 - 0.6 * v, 0.9 * v};
  };
}

// Class 1 wins with a constant low confidence once the byte at 0 is above 150; class 0 has .3 at first.
std::vector<double> flips_with_low_confidence(std::span<const std::uint8_t> bytes) {
  return {bytes[0] > 150 ? 0.01 : 0.3 - 0.2 * share(bytes[0]), 0.05};
}

}  // namespace

TEST_CASE("the one weak pixel of an image that is not square is found at its row and column") {
  const data::Images image = plain_images(1, 4, 9, 1, 20);
  for (const char* preset : {"su2019", "hess2020"}) {
    for (const auto& [row, column] : {std::pair<Index, Index>{3, 8}, {0, 7}, {3, 0}}) {
      const Predict predict = hand_made(weak_at(static_cast<std::size_t>(row * 9 + column)));
      const AttackRow found = attack(small_search(preset), predict, image, 5, 0);
      REQUIRE(found.flip());
      REQUIRE(found.pixels.size() == 1);
      CHECK(found.pixels[0].row == row);
      CHECK(found.pixels[0].column == column);
      CHECK(found.pixels[0].before == std::vector<std::uint8_t>{20});
      CHECK(found.pixels[0].after[0] >= 153);
      CHECK(found.predicted == 1);
      CHECK(found.confidences_before == std::vector<double>{0.9 - 0.6 * share(20), 0.9 * share(20)});
      CHECK(found.confidences_after[1] == 0.9 * share(found.pixels[0].after[0]));
    }
  }
}

TEST_CASE("the values 0 and 255 are in reach") {
  const data::Images image = plain_images(1, 2, 3, 1, 128);
  for (const int only : {0, 255}) {
    const Predict predict = hand_made([only](std::span<const std::uint8_t> bytes) {
      return std::vector<double>{0.5, bytes[5] == only ? 0.9 : 0.1};
    });
    const AttackRow found = attack(small_search(), predict, image, 0, 0);
    REQUIRE(found.flip());
    CHECK(found.pixels[0].after[0] == only);
  }
}

TEST_CASE("each image that the model is asked about counts as one query") {
  const data::Images image = plain_images(1, 6, 6, 1, 0);
  for (const bool published : {false, true}) {
    for (const Confidences& model : {weak_at(35), Confidences([](auto) {
                                       return std::vector<double>{0.9, 0.1};
                                     })}) {
      Index asked = 0, first_flip = 0;
      const Predict predict = hand_made([&](std::span<const std::uint8_t> bytes) {
        const auto confidences = model(bytes);
        if (confidences[1] > confidences[0] && first_flip == 0) first_flip = asked;
        ++asked;
        return confidences;
      });
      OnePixel options = small_search();
      options.published_stopping = published;
      const AttackRow row = attack(options, predict, image, 0, 0);
      CHECK(row.queries == asked - (row.flip() ? 2 : 1));  // the clean image, and the verification of a flip
      if (!published) CHECK(row.first_flip == first_flip);
      if (!row.flip()) CHECK(row.queries == 60 * 61 + (published ? 60 : 0));
    }
  }
}

TEST_CASE("the cheapest success costs one population, or two and a query with the published stopping") {
  const data::Images image = plain_images(1, 5, 5, 1, 77);
  const Predict any_change_flips = hand_made([](std::span<const std::uint8_t> bytes) {
    const bool clean = std::all_of(bytes.begin(), bytes.end(), [](auto b) { return b == 77; });
    return std::vector<double>{clean ? 0.9 : 0.1, 0.5};
  });
  OnePixel options = small_search();
  AttackRow row = attack(options, any_change_flips, image, 0, 0);
  CHECK(row.queries == 60);
  CHECK(row.first_flip <= 2);
  options.published_stopping = true;
  row = attack(options, any_change_flips, image, 0, 0);
  CHECK(row.queries == 121);
  CHECK(row.first_flip == 121);
}

TEST_CASE(
    "outside the published presets a search ends with the batch that reaches its goal, and repeats nothing") {
  const data::Images image = plain_images(1, 6, 6, 1, 0);
  for (const char* preset : {"jde", "lshade"}) {
    OnePixel options = small_search(preset);
    CHECK(fitness_of(options) == Fitness::margin);
    for (const Index batch : {1, 7}) {
      options.batch = batch;
      const AttackRow row = attack(options, hand_made(weak_at(35)), image, 0, 0);
      REQUIRE(row.confident_flip());
      CHECK(row.queries >= row.first_confident_flip);
      CHECK(row.queries < row.first_confident_flip + batch);
    }
    // Two pixels of 256 values each are all there is to ask about.
    const Predict never = hand_made([](auto) { return std::vector<double>{0.9, 0.1}; });
    CHECK(attack(options, never, plain_images(1, 1, 2, 1, 0), 0, 0).queries <= 512);
  }
  OnePixel published = small_search("su2019");
  CHECK(fitness_of(published) == Fitness::confidence);
  const AttackRow as_published = attack(published, hand_made(weak_at(35)), image, 0, 0);
  CHECK(as_published.queries % 60 == 0);
  published.batch = 0;
  published.fitness = Fitness::confidence;
  CHECK(attack(published, hand_made(weak_at(35)), image, 0, 0) == as_published);
}

TEST_CASE("a low-confidence flip ends the search only if it is what was asked for") {
  const data::Images image = plain_images(1, 3, 3, 1, 0);
  const Predict predict = hand_made(flips_with_low_confidence);
  OnePixel options = small_search();

  const AttackRow confident = attack(options, predict, image, 0, 0);
  CHECK(confident.flip());
  CHECK(!confident.confident_flip());
  CHECK(confident.queries == 60 * 61);
  CHECK(confident.confidences_after[1] == 0.05);

  options.goal = Goal::flip;
  const AttackRow plain = attack(options, predict, image, 0, 0);
  CHECK(plain.flip());
  CHECK(plain.queries < 60 * 61);

  options.goal = Goal::confident_flip;
  options.published_stopping = true;
  const AttackRow published = attack(options, predict, image, 0, 0);
  CHECK(published.flip());
  CHECK(!published.confident_flip());
  CHECK(published.queries < 60 * 62);
}

TEST_CASE("of several flips the one with the most confidence is reported") {
  // A flip above 100 with little confidence, above 240 with much.
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    const int v = bytes[7];
    return std::vector<double>{v > 100 ? 0.01 : 0.3, v > 240 ? 0.8 : 0.05};
  });
  const AttackRow row = attack(small_search(), predict, plain_images(1, 4, 4, 1, 0), 0, 0);
  REQUIRE(row.confident_flip());
  CHECK(row.first_flip <= row.first_confident_flip);
  CHECK(row.first_confident_flip <= row.queries);
  CHECK(row.pixels[0].after[0] > 240);
  CHECK(row.confidences_after[1] == 0.8);
}

TEST_CASE(
    "an image whose own confidence is below tau has no confident flip, and its first flip ends the search") {
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.09, bytes[0] > 100 ? 0.9 : 0.01};
  });
  const AttackRow row = attack(small_search(), predict, plain_images(1, 2, 2, 1, 0), 0, 0);
  CHECK(row.flip());
  CHECK(!row.confident_flip());
  CHECK(row.queries == 60);
}

TEST_CASE("a targeted attack succeeds in the target alone") {
  // Byte 0 leads to class 1, byte 1 to class 2.
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.4, 0.9 * share(bytes[0]), 0.9 * share(bytes[1])};
  });
  const data::Images image = plain_images(1, 1, 2, 1, 10);
  for (const int target : {1, 2}) {
    const AttackRow row = attack(small_search(), predict, image, 0, 0, target);
    REQUIRE(row.confident_flip());
    CHECK(row.target == target);
    CHECK(row.predicted == target);
    REQUIRE(row.pixels.size() == 1);
    CHECK(row.pixels[0].column == target - 1);
  }
  const Predict never_two = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.4, 0.9 * share(bytes[0]), 0.1};
  });
  CHECK(!attack(small_search(), never_two, image, 0, 0, 2).flip());
}

TEST_CASE("three pixels do what one cannot") {
  const data::Images image = plain_images(1, 2, 2, 1, 0);
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    const double sum = share(bytes[0]) + share(bytes[1]) + share(bytes[3]);
    return std::vector<double>{1 - 0.2 * sum, 0.3 * sum};  // flips above a sum of 2
  });
  OnePixel options = small_search();
  CHECK(!attack(options, predict, image, 0, 0).flip());
  options.pixels = 3;
  const AttackRow row = attack(options, predict, image, 0, 0);
  REQUIRE(row.flip());
  REQUIRE(row.pixels.size() == 3);
  CHECK(row.pixels[2].row == 1);
  CHECK(row.pixels[2].column == 1);
}

TEST_CASE("a pixel of a colour image has a value for each channel") {
  // The blue of pixel (1, 0) of 2 x 3.
  const AttackRow row =
      attack(small_search("hess2020"), hand_made(weak_at(11)), plain_images(1, 2, 3, 3, 30), 0, 0);
  REQUIRE(row.flip());
  REQUIRE(row.pixels.size() == 1);
  CHECK(row.pixels[0].row == 1);
  CHECK(row.pixels[0].column == 0);
  CHECK(row.pixels[0].before == std::vector<std::uint8_t>{30, 30, 30});
  CHECK(row.pixels[0].after.size() == 3);
  CHECK(row.pixels[0].after[2] >= 153);
}

TEST_CASE("a flip is reported only as far as the image alone confirms it") {
  const Predict honest = hand_made(weak_at(0));
  const auto different_alone = [&](double own, double other) -> Predict {
    return [=](const data::Images& images) {
      Prediction prediction = honest(images);
      if (images.count > 1 || images.pixels[0] == 0) return prediction;
      const std::vector<double> alone{own, other};
      return hand_made([&](auto) { return alone; })(images);
    };
  };
  const data::Images image = plain_images(1, 2, 2, 1, 0);

  const AttackRow denied = attack(small_search(), different_alone(0.9, 0.1), image, 0, 0);
  CHECK(!denied.flip());
  CHECK(!denied.confident_flip());
  CHECK(denied.pixels.empty());
  CHECK(denied.predicted == 0);
  CHECK(denied.confidences_after == denied.confidences_before);

  const AttackRow less_confident = attack(small_search(), different_alone(0.05, 0.1), image, 0, 0);
  CHECK(less_confident.flip());
  CHECK(!less_confident.confident_flip());
  CHECK(less_confident.confidences_after == std::vector<double>{0.05, 0.1});
}

TEST_CASE("a row depends on the seed and the image's index, and on nothing else") {
  const Predict predict = hand_made(weak_at(17));
  const data::Images image = plain_images(1, 5, 7, 1, 40);
  OnePixel options = small_search("hess2020");
  const AttackRow row = attack(options, predict, image, 3, 0);
  CHECK(attack(options, predict, image, 4, 0).first_flip != row.first_flip);
  CHECK(attack(options, predict, image, 3, 0) == row);
  options.seed = 1;
  CHECK(attack(options, predict, image, 3, 0).first_flip != row.first_flip);
}

TEST_CASE("an attack refuses what makes no sense") {
  const Predict predict = hand_made(weak_at(0));
  const data::Images image = plain_images(1, 2, 2, 1, 0);
  OnePixel options = small_search();
  CHECK_THROWS_WITH_AS(
      attack(options, predict, image, 8, 1),
      "attack: image 8 of class 1 is classified as 0; only images that the model gets right are "
      "attacked",
      Error);
  CHECK_THROWS_AS(attack(options, predict, image, 0, 0, 0), Error);
  CHECK_THROWS_AS(attack(options, predict, image, 0, 0, 2), Error);
  CHECK_THROWS_AS(attack(options, predict, plain_images(2, 2, 2, 1, 0), 0, 0), Error);
  options.pixels = 5;
  CHECK_THROWS_AS(attack(options, predict, image, 0, 0), Error);
  options.pixels = 0;
  CHECK_THROWS_AS(attack(options, predict, image, 0, 0), Error);
  options.pixels = 1;
  options.batch = -1;
  CHECK_THROWS_AS(attack(options, predict, image, 0, 0), Error);
  options.batch = 20;
  options.published_stopping = true;
  CHECK_THROWS_AS(attack(options, predict, image, 0, 0), Error);
  options.batch = {};
  options.published_stopping = false;
  options.tau = -0.1;
  CHECK_THROWS_AS(attack(options, predict, image, 0, 0), Error);
  options.tau = 0.1;
  const Predict one_row_only = [&](const data::Images& images) {
    const std::vector<Index> first{0};
    return predict(images.select(first));
  };
  CHECK_THROWS_WITH_AS(attack(options, one_row_only, image, 0, 0),
                       "attack: the model's prediction does not fit its 60 images", Error);
}

TEST_CASE("the threat model names what was allowed and what ended the search") {
  OnePixel options;
  CHECK(threat_model(options).find("one pixel of the 8-bit image") != std::string::npos);
  CHECK(threat_model(options).find("jde, 100 candidates, 403 generations") != std::string::npos);
  options.pixels = 3;
  options.published_stopping = true;
  CHECK(threat_model(options).find("up to 3 pixels") != std::string::npos);
  CHECK(threat_model(options).find("any flip of the best candidate") != std::string::npos);
}

TEST_CASE("changes of which a model says NaN end no search, and hide no flip") {
  for (const Evolution& preset : evolution_presets())
    for (const Fitness fitness : {Fitness::confidence, Fitness::margin})
      for (const std::optional<int> target : {std::optional<int>(), std::optional(1)}) {
        CAPTURE(preset.name);
        OnePixel options = small_search(preset.name);
        options.fitness = fitness;
        options.seed = 2;
        const AttackRow row = attack(options, sometimes_nan(), plain_images(1, 2, 4, 1, 20), 0, 0, target);
        CHECK(row.confident_flip());
        CHECK(row.predicted == 1);
        REQUIRE(row.pixels.size() == 1);
        CHECK(row.pixels[0].column == 1);
      }
}
