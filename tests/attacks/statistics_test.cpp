#include <voronet/attacks/statistics.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;

namespace {

doctest::Approx near(double value) { return doctest::Approx(value).epsilon(1e-10); }

// What scipy makes of the same inputs (tests/golden/statistics.py).
nlohmann::json golden(const char* part) {
  return nlohmann::json::parse(read_file(VORONET_SOURCE_DIR "/tests/golden/statistics.json")).at(part);
}

}  // namespace

TEST_CASE(
    "Wilson's interval has the values of Newcombe's table (Statistics in Medicine 17, 1998, method 3)") {
  const auto check = [](Index successes, Index trials, double low, double high) {
    const Interval interval = wilson_interval(successes, trials);
    CHECK(std::abs(interval.low - low) < 5e-5);
    CHECK(std::abs(interval.high - high) < 5e-5);
  };
  check(81, 263, 0.2553, 0.3662);
  check(15, 148, 0.0624, 0.1605);
  check(0, 20, 0, 0.1611);
  check(1, 29, 0.0061, 0.1718);
}

TEST_CASE("intervals of rates are symmetric, stay in 0..1 and know nothing without trials") {
  for (const auto interval : {wilson_interval, clopper_pearson_interval}) {
    for (Index n = 1; n < 60; n += 7) {
      for (Index k = 0; k <= n; ++k) {
        const Interval a = interval(k, n), b = interval(n - k, n);
        CHECK(a.low == doctest::Approx(1 - b.high));
        CHECK(a.low >= 0);
        CHECK(a.high <= 1);
        CHECK(a.low < a.high);
      }
    }
    for (const Index n : {1, 10, 200, 909, 982, 1000}) {
      CHECK(interval(0, n).low == 0);
      CHECK(interval(n, n).high == 1);
    }
    CHECK(interval(0, 0).low == 0);
    CHECK(interval(0, 0).high == 1);
    CHECK_THROWS_AS(interval(3, 2), Error);
    CHECK_THROWS_AS(interval(-1, 2), Error);
  }
}

TEST_CASE("intervals of rates are scipy's; an end has the exact one") {
  for (const auto& rate : golden("rates")) {
    const Index count = rate["count"], of = rate["of"];
    CAPTURE(count);
    CHECK(clopper_pearson_interval(count, of).low == near(rate["exact"][0]));
    CHECK(clopper_pearson_interval(count, of).high == near(rate["exact"][1]));
    CHECK(wilson_interval(count, of).low == near(rate["wilson"][0]));
    CHECK(wilson_interval(count, of).high == near(rate["wilson"][1]));
    const auto& expected = rate[count == 0 || count == of ? "exact" : "wilson"];
    CHECK(success_rate(count, of).interval.low == near(expected[0]));
    CHECK(success_rate(count, of).interval.high == near(expected[1]));
  }
}

TEST_CASE("the exact interval is that of R's ?binom.test (Conover 1971: 682 of 925 plants)") {
  const Interval plants = clopper_pearson_interval(682, 925);
  CHECK(std::abs(plants.low - 0.7076683) < 5e-8);
  CHECK(std::abs(plants.high - 0.7654066) < 5e-8);
}

TEST_CASE("means over seeds, the t-test and the sign-flip test are scipy's") {
  for (const auto& each : golden("differences")) {
    const std::vector<double> values = each["values"];
    CAPTURE(values.size());
    const SeedMean over_seeds = mean_over_seeds(values);
    CHECK(over_seeds.mean == near(each["mean"]));
    REQUIRE(over_seeds.interval.has_value());
    CHECK(over_seeds.interval->low == near(each["low"]));
    CHECK(over_seeds.interval->high == near(each["high"]));
    CHECK(*paired_t_test(values) == near(each["t"]));
    CHECK(*sign_flip_test(values) == near(each["signs"]));
    std::vector<double> turned;
    for (const double value : values) turned.push_back(-value);
    CHECK(*paired_t_test(turned) == near(each["t"]));
    CHECK(*sign_flip_test(turned) == near(each["signs"]));
  }
}

TEST_CASE("the paired t-test of Student's own data (R's ?sleep and ?t.test) has p = 0.002833") {
  const std::vector<double> gained = {-1.2, -2.4, -1.3, -1.3, 0.0, -1.0, -1.8, -0.8, -4.6, -1.4};
  CHECK(std::abs(*paired_t_test(gained) - 0.002833) < 5e-7);
  CHECK(std::abs(mean_over_seeds(gained).interval->low + 2.4598858) < 5e-8);
  CHECK(*sign_flip_test(gained) == 4.0 / 1024);
}

TEST_CASE("fewer than three seeds have a mean, but neither an interval nor a p") {
  CHECK_THROWS_AS(mean_over_seeds({}), Error);
  CHECK(mean_over_seeds({0.5}).mean == 0.5);
  CHECK(mean_over_seeds({3, 5}).mean == 4);
  for (const std::vector<double>& few :
       {std::vector<double>{0.5}, std::vector<double>{3, 5}, std::vector<double>{0.2, 0.2}}) {
    CHECK(!mean_over_seeds(few).interval);
    CHECK(!paired_t_test(few));
    CHECK(!sign_flip_test(few));
  }
  CHECK(!paired_t_test({}));
  CHECK(!sign_flip_test({}));
}

TEST_CASE("equal differences of counts are equal, and have no interval and no p of t") {
  // In shares 0.24 - 0.22 and 0.26 - 0.24 differ by rounding, which once was p = 4e-16.
  REQUIRE(0.24 - 0.22 != 0.26 - 0.24);
  const auto minus = [](Index a, Index b, Index of) {
    return difference(success_rate(a, of), success_rate(b, of));
  };
  CHECK(minus(24, 22, 100) == minus(26, 24, 100));
  CHECK(minus(24, 22, 100) == minus(7, 6, 50));
  CHECK(minus(24, 22, 100) == difference(success_rate(1, 3), success_rate(47, 150)));
  CHECK(minus(22, 24, 100) == -minus(24, 22, 100));
  const std::vector<double> equal = {minus(24, 22, 100), minus(26, 24, 100), minus(7, 5, 100)};
  CHECK(mean_over_seeds(equal).mean == doctest::Approx(0.02));
  CHECK(!mean_over_seeds(equal).interval);
  CHECK(!paired_t_test(equal));
  CHECK(*sign_flip_test(equal) == 0.25);  // of eight ways to sign them two
  CHECK(*sign_flip_test({0, 0, 0}) == 1);
  CHECK_THROWS_AS(difference(success_rate(0, 0), success_rate(1, 2)), Error);
}

TEST_CASE("sums that only rounding tells apart are equal to the sign-flip test") {
  CHECK(*sign_flip_test({0.1, 0.2, 0.3}) == 0.25);
  CHECK(*sign_flip_test({0.3, -0.1, -0.2}) == 1);  // in doubles the sum is not 0
  CHECK(!sign_flip_test(std::vector<double>(21, 1)));
}

TEST_CASE("McNemar's exact test counts the images on which two runs differ") {
  for (const auto& pair : golden("pairs")) {
    CHECK(mcnemar_exact(pair["first"], pair["second"]) == near(pair["p"]));
    CHECK(mcnemar_exact(pair["second"], pair["first"]) == near(pair["p"]));
  }
  // R's ?mcnemar.test (Agresti 1990) has 4.115e-05 for 150 and 86, by chi-squared with its correction.
  CHECK(std::abs(mcnemar_exact(150, 86) - 4.115e-05) < 5e-6);
  CHECK_THROWS_AS(mcnemar_exact(-1, 2), Error);
}

TEST_CASE("the median is the middle value, or the mean of the two in the middle") {
  CHECK(median({3}) == 3);
  CHECK(median({9, 1, 5}) == 5);
  CHECK(median({4, 1, 100, 2}) == 3);
  CHECK_THROWS_AS(median({}), Error);
}
