#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/pixel/one_pixel.h>
#include <voronet/data/points.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "attacks/hand_made_model.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using voronet::test::with_threads;

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
  CHECK(correctly_classified(bright_or_dark, six_images(), 6, 0, 5) == std::vector<Index>{0, 2, 3});
  CHECK(correctly_classified(bright_or_dark, six_images(), 6, 1, 2).empty());
  CHECK_THROWS_AS(correctly_classified(bright_or_dark, six_images(), 2, -1), Error);
  CHECK_THROWS_WITH_AS(correctly_classified(bright_or_dark, data::points("p", ones({2, 2}), {0, 1}), 2),
                       "attack: p has points, and attacks change the pixels of images", Error);
  CHECK(indices(attack_all(small_search(), bright_or_dark, six_images(), {.images = 3})) ==
        std::vector<Index>{0, 2, 3});
  CHECK(indices(attack_all(small_search(), bright_or_dark, six_images())).size() == 4);
}

TEST_CASE("a run says of which images it knows whether the model gets them right") {
  const auto range = [](const AttackAll& options) {
    return attack_all(small_search(), bright_or_dark, six_images(), options).range;
  };
  using data::ImageRange;
  CHECK(range({.images = 2}) == ImageRange{0, 3});
  CHECK(range({.images = 2, .start = 1}) == ImageRange{1, 4});
  CHECK(range({}) == ImageRange{0, 6});  // four are right: all were looked at
  CHECK(range({.images = 4}) == ImageRange{0, 6});
  CHECK(range({.images = 3, .start = 2, .end = 5}) == ImageRange{2, 5});  // a fixed range
  CHECK(range({.images = 1, .start = 1, .end = 2}) == ImageRange{1, 2});  // none is right
  CHECK(range({.images = 2, .start = 2, .end = 4}) == ImageRange{2, 4});  // all are
  CHECK(range({.images = 0, .start = 3}) == ImageRange{3, 3});
  CHECK(range({.images = 4, .share = {1, 2}}) == ImageRange{0, 6});
  const AttackRun fixed = attack_all(small_search(), bright_or_dark, six_images(), {.images = 5, .end = 5});
  CHECK(indices(fixed) == std::vector<Index>{0, 2, 3});
}

TEST_CASE("the rows of all shares together are those of one process, also when some are there already") {
  const AttackRun whole = attack_all(small_search(), bright_or_dark, six_images());
  REQUIRE(indices(whole) == std::vector<Index>{0, 2, 3, 5});
  std::vector<Index> totals;
  const auto attacked_by = [&](Share share, std::vector<AttackRow> finished) {
    return attack_all(small_search(), bright_or_dark, six_images(),
                      {.share = share,
                       .finished = std::move(finished),
                       .progress = [&](const AttackRun&, Index total) { totals.push_back(total); }});
  };
  const AttackRun even = attacked_by({0, 2}, {}), odd = attacked_by({1, 2}, {});
  CHECK(even.rows == std::vector{whole.rows[0], whole.rows[2]});
  CHECK(odd.rows == std::vector{whole.rows[1], whole.rows[3]});
  CHECK(attacked_by({0, 2}, {whole.rows[1], whole.rows[2]}).rows ==
        std::vector{whole.rows[0], whole.rows[1], whole.rows[2]});
  CHECK(totals == std::vector<Index>{2, 2, 2, 2, 3});
  CHECK(attacked_by({4, 5}, {}).rows.empty());
  CHECK(attacked_by({0, 3}, even.rows).rows == std::vector{whole.rows[0], whole.rows[2], whole.rows[3]});
  CHECK_THROWS_AS(attacked_by({2, 2}, {}), Error);
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
  CHECK_THROWS_WITH_AS(resume_with([](AttackRow& row) { row.predicted = 3; }),
                       "attack: the finished row of image 0 is damaged", Error);
  CHECK_THROWS_AS(resume_with([](AttackRow& row) { row.predicted = -1; }), Error);
  CHECK_THROWS_AS(resume_with([](AttackRow& row) { row.confidences_before.pop_back(); }), Error);
  CHECK_THROWS_AS(resume_with([](AttackRow& row) { row.confidences_after.clear(); }), Error);
  CHECK_THROWS_AS(resume_with([](AttackRow& row) { row.pixels = {{0, 70, {0}, {9}}}; }), Error);
  CHECK_THROWS_AS(resume_with([](AttackRow& row) { row.pixels = {{0, 0, {0}, {}}}; }), Error);
  CHECK_THROWS_WITH_AS(resume_with([](AttackRow& row) { row.seed = 9; }),
                       "attack: image 2 was attacked with seed 0, image 0 with seed 9", Error);
}

namespace {

// The number of a row is the first byte of its image, for which earlier images wait.
Attack slow_at_first(Index images) {
  return [=](const data::Images& image, Index index, int label, std::optional<int>) {
    std::this_thread::sleep_for(std::chrono::milliseconds(images - index));
    AttackRow row;
    row.index = index;
    row.label = label;
    row.queries = image.pixels[0];
    row.confidences_before = row.confidences_after = {0.5, 0.2};
    return row;
  };
}

}  // namespace

TEST_CASE("rows come in the order of the images on any number of threads, new ones with progress") {
  const Index n = 40;
  data::Dataset set{
      "many", plain_images(n, 1, 1, 1, 0), std::vector<int>(static_cast<std::size_t>(n), 0), 2, {"a", "b"}};
  for (Index i = 0; i < n; ++i) set.images.pixels[i] = static_cast<std::uint8_t>(i);
  const Predict always_zero = hand_made([](auto) { return std::vector<double>{0.5, 0.2}; });
  const AttackRun serial =
      with_threads(1, [&] { return attack_all(slow_at_first(n), always_zero, set, {.images = n}); });
  const std::vector<AttackRow> finished{serial.rows[0], serial.rows[7], serial.rows[39]};
  for (const int threads : {2, 5}) {
    std::vector<Index> seen, queries;
    const AttackAll options{
        .images = n, .finished = finished, .progress = [&](const AttackRun& so_far, Index total) {
          CHECK(total == n);
          CHECK(std::equal(so_far.rows.begin(), so_far.rows.end(), serial.rows.begin()));
          seen.push_back(so_far.rows.back().index);
        }};
    const AttackRun run =
        with_threads(threads, [&] { return attack_all(slow_at_first(n), always_zero, set, options); });
    CHECK(run.rows == serial.rows);
    CHECK(run.queries == serial.queries - 7 - 39);
    CHECK(seen.size() == 37);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
  }
}

TEST_CASE("what progress throws ends the run") {
  for (const int threads : {1, 4}) {
    Index rows = 0;
    const AttackAll options{.progress = [&](const AttackRun& so_far, Index) {
      rows = std::ssize(so_far.rows);
      require(rows < 10, "stopped");
    }};
    data::Dataset set{"many", plain_images(60, 1, 1, 1, 0), std::vector<int>(60, 0), 2, {"a", "b"}};
    const Predict always_zero = hand_made([](auto) { return std::vector<double>{0.5, 0.2}; });
    CHECK_THROWS_WITH_AS(
        with_threads(threads, [&] { return attack_all(slow_at_first(60), always_zero, set, options); }),
        "stopped", Error);
    CHECK(rows >= 10);
    CHECK(rows < 10 + threads);
  }
}

TEST_CASE("a search of a network makes the same rows on any number of threads, whatever its mode") {
  Random random(4);
  Classifier model({}, random);
  data::Dataset set{"noise", plain_images(8, 28, 28, 1, 0), {}, 10, std::vector<std::string>(10)};
  for (std::uint8_t& byte : set.images.pixels) byte = static_cast<std::uint8_t>(random.below(256));
  set.labels = predict_with(model)(set.images).classes;
  OnePixel search;
  search.evolution = evolution_preset("jde");
  search.evolution.generations = 3;
  const auto rows = [&] { return attack_all(search, model, set).rows; };
  CHECK(with_threads(1, rows) == with_threads(4, rows));
  CHECK(model.training());
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

TEST_CASE("an attack on many images gets so many at a time, the same ones after an interruption") {
  std::vector<Index> together;
  const test::ThreadsAre one(1);
  const AttackMany counts_first_byte = [&](const data::Images& images, std::span<const AttackJob> jobs) {
    together.push_back(images.count);
    std::vector<AttackRow> rows(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      rows[i].index = jobs[i].index;
      rows[i].label = jobs[i].label;
      rows[i].queries = images.image(static_cast<Index>(i))[0] + std::ssize(jobs);
      rows[i].confidences_before = rows[i].confidences_after = {1, 0, 0};
    }
    return rows;
  };
  const AttackRun run = attack_all(counts_first_byte, 3, bright_or_dark, six_images());
  CHECK(indices(run) == std::vector<Index>{0, 2, 3, 5});
  CHECK(together == std::vector<Index>{3, 1});
  CHECK(run.queries == 3 * 13 + 11);

  // Of three rows one is missing: all three are attacked again, and one is taken.
  const AttackRun rest = attack_all(counts_first_byte, 3, bright_or_dark, six_images(),
                                    {.finished = {run.rows[0], run.rows[2]}});
  CHECK(rest.rows == run.rows);
  CHECK(together == std::vector<Index>{3, 1, 3, 1});
  CHECK(rest.queries == 13 + 11);
  attack_all(counts_first_byte, 3, bright_or_dark, six_images(), {.finished = run.rows});
  CHECK(together.size() == 4);
  CHECK_THROWS_AS(attack_all(counts_first_byte, 0, bright_or_dark, six_images()), Error);
}

TEST_CASE("of several images that fail it is the first one's error, on any number of threads") {
  // While the thread that has images 0 and 2 is at 0, another fails with 3.
  const Attack failing = [](const data::Images&, Index index, int label, std::optional<int>) {
    require(index == 0, "image ", index);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return row_of({index, label});
  };
  for (const int threads : {1, 2, 4})
    with_threads(threads, [&] {
      CHECK_THROWS_WITH_AS(attack_all(failing, bright_or_dark, six_images()), "image 2", Error);
      return 0;
    });
}

TEST_CASE("an image of which the model says NaN is none that it gets right") {
  const Predict nan = hand_made([](auto) { return std::vector<double>(3, std::nan("")); });
  CHECK(correctly_classified(nan, six_images(), 100).empty());
}
