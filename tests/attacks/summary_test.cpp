#include <voronet/attacks/summary.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

AttackRow row(Index queries, Index first_flip, Index first_confident_flip, double own_confidence) {
  AttackRow made;
  made.label = 1;
  made.queries = queries;
  made.first_flip = first_flip;
  made.first_confident_flip = first_confident_flip;
  made.confidences_before = {0, own_confidence};
  return made;
}

}  // namespace

TEST_CASE("a summary counts flips of all rows and confident flips of those that could have one") {
  AttackRun run;
  run.rows = {row(400, 100, 100, 0.9), row(800, 101, 500, 0.1), row(40400, 0, 0, 0.8), row(400, 7, 0, 0.05)};
  run.queries = 1000;
  run.seconds = 4;
  const AttackSummary s = summarise(run, 0.1);
  CHECK(s.attacked == 4);
  CHECK(s.flips.count == 3);
  CHECK(s.flips.of == 4);
  CHECK(s.flips.interval.low == wilson_interval(3, 4).low);
  CHECK(s.confident_flips.count == 2);
  CHECK(s.confident_flips.of == 3);
  CHECK(s.confident_flips.interval.high == wilson_interval(2, 3).high);
  CHECK(s.queries == 42000);
  CHECK(s.median_queries == 600);
  CHECK(s.median_queries_to_flip == 100);
  CHECK(s.queries_per_second == 250);

  REQUIRE(s.success_at.size() == 4);
  CHECK(s.success_at[0].queries == 100);
  CHECK(s.success_at[0].flips == 2);
  CHECK(s.success_at[0].confident_flips == 1);
  CHECK(s.success_at[1].flips == 3);
  CHECK(s.success_at[1].confident_flips == 2);
  CHECK(s.success_at[3].queries == 40000);
  CHECK(s.success_at[3].flips == 3);
}

TEST_CASE("robust accuracy is of all images of the range, whatever the network gets right") {
  AttackRun run;
  run.rows = {row(400, 100, 100, 0.9), row(800, 0, 0, 0.1), row(40400, 0, 0, 0.8)};
  for (std::size_t i = 0; i < 3; ++i) run.rows[i].index = static_cast<Index>(i);
  CHECK(!summarise(run, 0.1).robust_accuracy);  // nobody says of which images
  run.range = {0, 8};
  const AttackSummary s = summarise(run, 0.1);
  CHECK(s.robust_accuracy->count == 2);
  CHECK(s.robust_accuracy->of == 8);
  CHECK(s.robust_accuracy->interval.low == wilson_interval(2, 8).low);
  CHECK(!s.certified_accuracy);
  for (AttackRow& each : run.rows) each.proof = Proof{.certified = each.index == 2};
  CHECK(summarise(run, 0.1).certified_accuracy->count == 1);
  CHECK(summarise(run, 0.1).certified_accuracy->of == 8);
}

TEST_CASE("an image that is flipped to any of its targets is not robust") {
  AttackRun run;
  run.rows = {row(400, 100, 0, 0.9), row(400, 0, 0, 0.9), row(800, 0, 0, 0.9), row(800, 0, 0, 0.9)};
  run.rows[2].index = run.rows[3].index = 1;
  run.range = {0, 2};
  CHECK(summarise(run, 0.1).flips.of == 4);
  CHECK(summarise(run, 0.1).robust_accuracy->count == 1);
}

TEST_CASE("a summary of no rows is all zeros") {
  const AttackSummary s = summarise({}, 0.1);
  CHECK(s.attacked == 0);
  CHECK(s.median_queries == 0);
  CHECK(!s.median_queries_to_flip);
  CHECK(s.queries_per_second == 0);
  CHECK(s.flips.interval.high == 1);
}
