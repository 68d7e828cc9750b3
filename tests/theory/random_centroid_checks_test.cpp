#include <voronet/theory/random_checks.h>

#include <algorithm>

#include "support/sanitized.h"
#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a thousand random layers pass all checks of their centroids") {
  Checks checks;
  Random random(1);
  const Index draws = test::sanitized ? 50 : 1000;
  for (int i = 0; i < draws; ++i) check_random_centroids(checks, random);
  for (const Check& check : checks.all()) {
    CHECK_MESSAGE(check.ok(), check.name, " ", check.value, " of ", check.tolerance);
    CHECK(check.trials > 0);
  }
  CHECK(checks.all().size() == 22);
}

TEST_CASE("in float32, most points of ill-conditioned layers are lost without the lift") {
  Checks checks;
  Random random(2);
  check_float32_lift(checks, random);
  REQUIRE(checks.all().size() == 2);
  CHECK(checks.all()[0].name == "float32-features");
  CHECK(checks.failed() == 0);
}

TEST_CASE("the same seed draws the same layers") {
  Checks first, second;
  Random one(3), other(3);
  for (int i = 0; i < 5; ++i) check_random_centroids(first, one);
  for (int i = 0; i < 5; ++i) check_random_centroids(second, other);
  for (std::size_t i = 0; i < first.all().size(); ++i) CHECK(first.all()[i].value == second.all()[i].value);
}
