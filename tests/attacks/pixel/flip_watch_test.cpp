#include <voronet/attacks/pixel/flip_watch.h>

#include <cmath>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Class 1 wins from 100 on, with a confidence that grows with the byte; class 0 has .3.
const Predict by_brightness = hand_made([](std::span<const std::uint8_t> bytes) {
  return std::vector<double>{0.3, bytes[0] >= 100 ? 0.3 + bytes[0] / 1000.0 : 0.0};
});

data::Images pictures(std::vector<std::uint8_t> values) { return {std::ssize(values), 1, 1, 1, values}; }

AttackRow row_of(int label, std::optional<int> target = {}) {
  AttackRow row;
  row.index = 4;
  row.label = label;
  row.target = target;
  return row;
}

void show(FlipWatch& watch, const data::Images& images) {
  const Prediction answers = by_brightness(images);
  watch.count(answers, images.count);
  watch.look(answers, [&](Index i) { return std::vector<std::uint8_t>{images.image(i)[0]}; });
}

}  // namespace

TEST_CASE("queries, the first flips and the best one are kept over several batches") {
  const data::Images image = pictures({7});
  FlipWatch watch(by_brightness, image, row_of(0), Goal::confident_flip, 0.5);
  CHECK_FALSE(watch.done());
  show(watch, pictures({1, 2, 3}));
  CHECK_FALSE(watch.done());
  show(watch, pictures({99, 120, 110}));
  const AttackRow row = watch.finish();
  CHECK(row.queries == 6);
  CHECK(row.first_flip == 5);
  CHECK(row.predicted == 1);
  CHECK(row.pixels == std::vector<PixelChange>{{0, 0, {7}, {120}}});
  CHECK(row.confidences_before == std::vector<double>{0.3, 0});
  CHECK(row.confidences_after == std::vector<double>{0.3, 0.42});
}

TEST_CASE("a watch is done with the flip that it was asked for") {
  const data::Images image = pictures({7});
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{bytes[0] < 100 ? 0.3 : 0.1, bytes[0] < 150 ? 0.2 : 0.4};
  });
  for (const Goal goal : {Goal::flip, Goal::confident_flip}) {
    FlipWatch watch(predict, image, row_of(0), goal, 0.25);
    for (const std::uint8_t value : std::vector<std::uint8_t>{120, 160}) {
      const data::Images images = pictures({value});
      const Prediction answers = predict(images);
      watch.count(answers, 1);
      watch.look(answers, [&](Index) { return images.pixels; });
      CHECK(watch.is_flip(answers, 0));
      CHECK(watch.is_confident(answers, 0) == (value == 160));
      CHECK(watch.done() == (goal == Goal::flip || value == 160));
    }
    const AttackRow row = watch.finish();
    CHECK(row.first_flip == 1);
    CHECK(row.first_confident_flip == 2);
  }
}

TEST_CASE("a flip that the model does not confirm is none, and the search goes on to one that it does") {
  const data::Images image = pictures({7});
  FlipWatch watch(by_brightness, image, row_of(0), Goal::flip, 0.5);
  // Quick answers, by which a darker pixel flips already, and the most confidently.
  const Predict quick = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.3, bytes[0] >= 50 ? 0.9 - bytes[0] / 1000.0 : 0.0};
  });
  for (const std::uint8_t value : std::vector<std::uint8_t>{50, 99, 120}) {
    CHECK_FALSE(watch.done());
    const Prediction answers = quick(pictures({value}));
    watch.count(answers, 1);
    watch.look(answers, [&](Index) { return std::vector<std::uint8_t>{value}; });
  }
  CHECK(watch.done());
  const AttackRow row = watch.finish();
  CHECK(row.first_flip == 3);
  CHECK(row.pixels == std::vector<PixelChange>{{0, 0, {7}, {120}}});
  CHECK(row.confidences_after == std::vector<double>{0.3, 0.42});
}

TEST_CASE("the best flip stays where a quick answer promises more than the model confirms") {
  const data::Images image = pictures({7});
  const Predict sure_before = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{bytes[0] < 100 ? 0.5 : 0.3, bytes[0] < 100 ? 0.0 : 0.3 + bytes[0] / 1000.0};
  });
  FlipWatch watch(sure_before, image, row_of(0), Goal::confident_flip, 0.41);
  show(watch, pictures({120}));
  const Predict quick = hand_made([](std::span<const std::uint8_t>) {
    return std::vector<double>{0.3, 0.9};
  });
  watch.count(quick(pictures({105})), 1);
  watch.look(quick(pictures({105})), [](Index) { return std::vector<std::uint8_t>{105}; });
  const AttackRow row = watch.finish();
  CHECK(row.confident_flip());
  CHECK(row.pixels == std::vector<PixelChange>{{0, 0, {7}, {120}}});
  CHECK(row.confidences_after == std::vector<double>{0.3, 0.42});
}

TEST_CASE("a flip to confidences that are no numbers is a flip, and any other goes before it") {
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{0.3, bytes[0] == 9 ? std::nan("") : bytes[0] > 9 ? 0.4 : 0.0};
  });
  const Predict ask = [&](const data::Images& images) {
    Prediction prediction = predict(images);
    for (Index i = 0; i < images.count; ++i) prediction.classes[i] = images.pixels[i] >= 9;
    return prediction;
  };
  const data::Images image = pictures({7});
  for (const std::vector<std::uint8_t>& order : {std::vector<std::uint8_t>{9, 10}, {10, 9}, {9}}) {
    FlipWatch watch(ask, image, row_of(0), Goal::confident_flip, 0.1);
    const data::Images images = pictures(order);
    const Prediction answers = ask(images);
    watch.count(answers, images.count);
    watch.look(answers, [&](Index i) { return std::vector<std::uint8_t>{order[i]}; });
    const AttackRow row = watch.finish();
    CHECK(row.first_flip == 1);
    CHECK(row.confident_flip() == (order.size() > 1));
    CHECK(row.pixels[0].after[0] == (order.size() > 1 ? 10 : 9));
  }
}

TEST_CASE("a watch refuses answers that are not those to the images asked about") {
  const data::Images image = pictures({7});
  FlipWatch watch(by_brightness, image, row_of(0), Goal::flip, 0.1);
  CHECK_THROWS_WITH_AS(watch.count(by_brightness(pictures({1, 2})), 3),
                       "attack: the model's prediction does not fit its 3 images", Error);
  CHECK_THROWS_WITH_AS(FlipWatch(by_brightness, image, row_of(0, 0), Goal::flip, 0.1),
                       "attack: target 0 is not another of the 2 classes", Error);
}

TEST_CASE("shortfalls are below 0 for flips, and tell how much is lacking of a confident one") {
  // Logits are the confidences of hand-made models.
  const Predict predict = hand_made([](std::span<const std::uint8_t> bytes) {
    if (bytes[0] == 0) return std::vector<double>{0.5, 0.2, 0.1};
    return std::vector<double>{0.02, bytes[0] / 1000.0, 0.01};
  });
  const data::Images image = pictures({0});
  const Prediction answers = predict(pictures({0, 50, 200}));
  const auto of = [&](Goal goal, std::optional<int> target) {
    return FlipWatch(predict, image, row_of(0, target), goal, 0.1).shortfalls(answers);
  };
  CHECK(of(Goal::flip, {})[0] == doctest::Approx(0.3));
  CHECK(of(Goal::flip, {})[1] == doctest::Approx(-0.03));
  CHECK(of(Goal::flip, {})[2] == doctest::Approx(-0.18));
  CHECK(of(Goal::flip, 2)[2] == doctest::Approx(0.19));
  CHECK(of(Goal::confident_flip, {})[0] == doctest::Approx(0.3));
  CHECK(of(Goal::confident_flip, {})[1] == doctest::Approx(-0.03 + std::log(0.1 / 0.05)));
  CHECK(of(Goal::confident_flip, {})[2] == doctest::Approx(-0.18));

  const auto target_losses = [&](Goal goal) {
    return FlipWatch(predict, image, row_of(0, 1), goal, 0.1).target_losses(answers);
  };
  const double sum = std::exp(0.02) + std::exp(0.05) + std::exp(0.01);
  CHECK(target_losses(Goal::flip)[1] == doctest::Approx(std::log(sum) - 0.05));
  CHECK(target_losses(Goal::flip)[2] < target_losses(Goal::flip)[1]);
  CHECK(target_losses(Goal::confident_flip)[1] ==
        doctest::Approx(std::log(sum) - 0.05 + std::log(0.1 / 0.05)));
  CHECK_THROWS_AS(FlipWatch(predict, image, row_of(0), Goal::flip, 0.1).target_losses(answers), Error);
}

TEST_CASE("a flip whose confidence is NaN gives way to any other, and costs are finite") {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  CHECK(finite_cost(nan) == finite_cost(infinity));
  CHECK(finite_cost(-infinity) == -finite_cost(infinity));
  CHECK(std::isfinite(finite_cost(infinity)));
  CHECK(finite_cost(-0.25) == -0.25);

  // The byte decides: 1 gives NaN, whose class is 0, 2 a confident class 0, all else class 1.
  const Predict predict = hand_made([&](std::span<const std::uint8_t> bytes) {
    if (bytes[0] == 1) return std::vector<double>{nan, nan};
    return bytes[0] == 2 ? std::vector<double>{0.9, 0.1} : std::vector<double>{0.1, 0.9};
  });
  const data::Images image = plain_images(1, 1, 2, 1, 7);
  FlipWatch watch(predict, image, voronet::row_of(AttackJob{0, 1, {}}), Goal::confident_flip, 0.1);
  const PixelCandidates candidates{1, {0, 0, 0}, {1, 2, 1}};
  const Prediction answers = predict(changed_images(image, candidates));
  watch.see(answers, candidates);
  for (const double shortfall : watch.shortfalls(answers)) CHECK(std::isfinite(shortfall));
  const AttackRow row = watch.finish();
  CHECK(row.first_flip == 1);
  CHECK(row.first_confident_flip == 2);
  CHECK(row.pixels == std::vector<PixelChange>{{0, 0, {7}, {2}}});
}
