#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/one_pixel.h>

#include "hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Six images of 2 x 3 gray pixels. The model reads class 0 from dark pictures, else 1; 1 and 4 have wrong
// labels.
data::Dataset six_images() {
  data::Dataset set{"six", plain_images(6, 2, 3, 1, 10), {0, 1, 0, 0, 1, 0}, 3, {"a", "b", "c"}};
  return set;
}

const Predict bright_or_dark = hand_made([](std::span<const std::uint8_t> bytes) {
  return std::vector<double>{0.5, bytes[4] / 255.0, 0.01};
});

OnePixel small_search() {
  OnePixel options;
  options.evolution.population = 10;
  options.evolution.generations = 5;
  return options;
}

std::vector<Index> indices(const AttackRun& run) {
  std::vector<Index> all;
  for (const AttackRow& row : run.rows) all.push_back(row.index);
  return all;
}

}  // namespace

TEST_CASE("the first images that the model gets right are attacked") {
  CHECK(correctly_classified(bright_or_dark, six_images(), 2) == std::vector<Index>{0, 2});
  CHECK(correctly_classified(bright_or_dark, six_images(), 100) == std::vector<Index>{0, 2, 3, 5});
  CHECK(correctly_classified(bright_or_dark, six_images(), 0).empty());
  CHECK(correctly_classified(bright_or_dark, six_images(), 2, 2) == std::vector<Index>{2, 3});
  CHECK(correctly_classified(bright_or_dark, six_images(), 2, 6).empty());
  CHECK_THROWS_AS(correctly_classified(bright_or_dark, six_images(), 2, -1), Error);
  CHECK(indices(attack_all(small_search(), bright_or_dark, six_images(), {.images = 3})) ==
        std::vector<Index>{0, 2, 3});
  CHECK(indices(attack_all(small_search(), bright_or_dark, six_images())).size() == 4);
}

TEST_CASE("images beyond the first batch are found too") {
  data::Dataset set{"many", plain_images(901, 1, 1, 1, 0), std::vector<int>(901, 1), 3, {"a", "b", "c"}};
  set.labels[399] = set.labels[400] = set.labels[900] = 0;
  const Predict always_zero = hand_made([](auto) { return std::vector<double>{0.5, 0.2, 0.1}; });
  CHECK(correctly_classified(always_zero, set, 10) == std::vector<Index>{399, 400, 900});
}

TEST_CASE("rows do not depend on what else is attacked, and repeat") {
  const AttackRun all = attack_all(small_search(), bright_or_dark, six_images());
  const AttackRun again = attack_all(small_search(), bright_or_dark, six_images());
  const AttackRun fewer = attack_all(small_search(), bright_or_dark, six_images(), {.images = 2});
  CHECK(all.rows == again.rows);
  CHECK(std::equal(fewer.rows.begin(), fewer.rows.end(), all.rows.begin()));
  CHECK(all.rows[0].confidences_before == std::vector<double>{0.5, 10 / 255.0, 0.01});
}

TEST_CASE("an interrupted run goes on where it stopped and ends with the same rows") {
  const AttackRun whole = attack_all(small_search(), bright_or_dark, six_images());
  std::vector<Index> progress;
  AttackAll resumed{.finished = {whole.rows[2], whole.rows[0]},
                    .progress = [&](const AttackRun& so_far, Index total) {
                      CHECK(total == 4);
                      progress.push_back(std::ssize(so_far.rows));
                    }};
  const AttackRun rest = attack_all(small_search(), bright_or_dark, six_images(), resumed);
  CHECK(rest.rows == whole.rows);
  CHECK(progress == std::vector<Index>{2, 4});
  CHECK(rest.queries == whole.rows[1].queries + whole.rows[3].queries);
}

TEST_CASE("a finished row that the run would not make is refused") {
  const AttackRun whole = attack_all(small_search(), bright_or_dark, six_images());
  const auto resume_with = [&](auto change) {
    AttackRow row = whole.rows[0];
    change(row);
    attack_all(small_search(), bright_or_dark, six_images(), {.finished = {row}});
  };
  CHECK_THROWS_WITH_AS(resume_with([](AttackRow& row) { row.index = 1; }),
                       "attack: the finished row of image 1 (label 0) does not belong to this run", Error);
  CHECK_THROWS_AS(resume_with([](AttackRow& row) { row.label = 2; }), Error);
  CHECK_THROWS_AS(resume_with([](AttackRow& row) { row.target = 2; }), Error);
}

TEST_CASE("targeted runs attack each image once for every other class") {
  const AttackRun run =
      attack_all(small_search(), bright_or_dark, six_images(), {.images = 2, .targeted = true});
  REQUIRE(run.rows.size() == 4);
  CHECK(indices(run) == std::vector<Index>{0, 0, 2, 2});
  CHECK(run.rows[0].target == 1);
  CHECK(run.rows[1].target == 2);
  CHECK(!run.rows[1].flip());
}

TEST_CASE("any function of an image can be the attack") {
  const Attack counts_first_byte = [](const data::Images& image, Index index, int label, std::optional<int>) {
    AttackRow row;
    row.index = index;
    row.label = label;
    row.queries = image.pixels[0];
    return row;
  };
  const AttackRun run = attack_all(counts_first_byte, bright_or_dark, six_images(), {.images = 2});
  CHECK(indices(run) == std::vector<Index>{0, 2});
  CHECK(run.queries == 20);
}
