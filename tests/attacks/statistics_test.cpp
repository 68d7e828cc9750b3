#include <voronet/attacks/statistics.h>
#include <voronet/core/error.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

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

TEST_CASE("Wilson's interval is symmetric, stays in 0..1 and knows nothing without trials") {
  for (Index n = 1; n < 60; n += 7) {
    for (Index k = 0; k <= n; ++k) {
      const Interval a = wilson_interval(k, n), b = wilson_interval(n - k, n);
      CHECK(a.low == doctest::Approx(1 - b.high));
      CHECK(a.low >= 0);
      CHECK(a.high <= 1);
      CHECK(a.low < a.high);
    }
  }
  for (const Index n : {1, 10, 200, 909, 982, 1000}) {
    CHECK(wilson_interval(0, n).low == 0);
    CHECK(wilson_interval(n, n).high == 1);
  }
  CHECK(wilson_interval(0, 0).low == 0);
  CHECK(wilson_interval(0, 0).high == 1);
  CHECK_THROWS_AS(wilson_interval(3, 2), Error);
  CHECK_THROWS_AS(wilson_interval(-1, 2), Error);
}

TEST_CASE("the median is the middle value, or the mean of the two in the middle") {
  CHECK(median({3}) == 3);
  CHECK(median({9, 1, 5}) == 5);
  CHECK(median({4, 1, 100, 2}) == 3);
  CHECK_THROWS_AS(median({}), Error);
}
