#include <voronet/core/error.h>
#include <voronet/optim/schedule.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;
using doctest::Approx;

TEST_CASE("a step schedule multiplies the rate at every so many epochs") {
  const Schedule rate = step_schedule(0.4, 10, 0.5);
  CHECK(rate(0) == 0.4);
  CHECK(rate(9.99) == 0.4);
  CHECK(rate(10) == 0.2);
  CHECK(rate(35) == Approx(0.05));
  CHECK_THROWS_AS(step_schedule(0.1, 0, 0.5), const Error&);
}

TEST_CASE("a cosine schedule falls along half a cosine and stays at its last rate") {
  const Schedule rate = cosine_schedule(1, 20, 0.2);
  for (int epoch = 0; epoch <= 20; ++epoch)
    CHECK(rate(epoch) == Approx(0.2 + 0.4 * (1 + std::cos(std::acos(-1.0) * epoch / 20))));
  CHECK(rate(0) == 1);
  CHECK(rate(20) == Approx(0.2));
  CHECK(rate(1000) == Approx(0.2));
  CHECK_THROWS_AS(cosine_schedule(0.1, 0), const Error&);
}

TEST_CASE("a staged schedule keeps each rate for its epochs and the last for ever") {
  const Schedule rate = staged_schedule({{10, 0.1}, {0, 5}, {30, 0.02}, {20, 0.002}});
  CHECK(rate(0) == 0.1);
  CHECK(rate(9.5) == 0.1);
  CHECK(rate(10) == 0.02);
  CHECK(rate(39) == 0.02);
  CHECK(rate(40) == 0.002);
  CHECK(rate(1000) == 0.002);
  CHECK_THROWS_AS(staged_schedule({}), const Error&);
}
