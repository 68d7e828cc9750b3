#include <voronet/apps/experiment/seed_statistics.h>
#include <voronet/core/error.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

doctest::Approx near(double value) { return doctest::Approx(value).epsilon(1e-10); }

}  // namespace

// Expected values: scipy 1.10, stats.t.interval, ttest_1samp and binomtest.

TEST_CASE("the mean over seeds has Student's interval") {
  const SeedMean five = mean_over_seeds({0.901, 0.912, 0.897, 0.905, 0.908});
  CHECK(five.mean == near(0.9046));
  CHECK(five.interval->low == near(0.8973280455642151));
  CHECK(five.interval->high == near(0.9118719544357851));
  const SeedMean two = mean_over_seeds({3, 5});
  CHECK(two.interval->low == near(-8.706204736432095));
  CHECK(two.interval->high == near(16.706204736432095));
}

TEST_CASE("one seed has a mean but no interval, none has nothing") {
  CHECK(mean_over_seeds({0.5}).mean == 0.5);
  CHECK(!mean_over_seeds({0.5}).interval);
  CHECK_THROWS_AS(mean_over_seeds({}), Error);
}

TEST_CASE("the paired t-test gives p whichever way the difference goes") {
  CHECK(*paired_t_test({0.02, -0.01, 0.03, 0.015, 0.005}) == near(0.15325877700281712));
  CHECK(*paired_t_test({-0.02, 0.01, -0.03, -0.015, -0.005}) == near(0.15325877700281712));
  CHECK(*paired_t_test({0.02, 0.03}) == near(0.1256659163780023));
  CHECK(*paired_t_test({-.11, -.12, -.1, -.13}) == near(0.00038561715159129246));
}

TEST_CASE("differences without a spread have no p") {
  CHECK(!paired_t_test({}));
  CHECK(!paired_t_test({0.1}));
  CHECK(!paired_t_test({0.1, 0.1, 0.1}));
}

TEST_CASE("McNemar's exact test counts the images on which two runs differ") {
  CHECK(mcnemar_exact(5, 15) == near(0.04138946533203125));
  CHECK(mcnemar_exact(15, 5) == near(0.04138946533203125));
  CHECK(mcnemar_exact(0, 6) == near(0.03125));
  CHECK(mcnemar_exact(3, 4) == near(1));
  CHECK(mcnemar_exact(120, 60) == near(9.14458588461025e-06));
  CHECK(mcnemar_exact(300, 400) == near(0.00017847631448562662));
  CHECK(mcnemar_exact(0, 0) == 1);
  CHECK(mcnemar_exact(1, 0) == near(1));
  CHECK_THROWS_AS(mcnemar_exact(-1, 2), Error);
}
