#include <voronet/theory/check.h>

#include <limits>

#include <doctest/doctest.h>

namespace voronet {
namespace {

TEST_CASE("of several trials of a check the worst against its tolerance is kept") {
  Checks checks;
  checks.trial("error", "an error is small", 1e-6, 1e-5);
  checks.trial("error", "other words", 2e-6, 1e-4);
  REQUIRE(checks.all().size() == 1);
  const Check check = checks.all()[0];
  CHECK(check.claim == "an error is small");
  CHECK(check.value == 1e-6);
  CHECK(check.tolerance == 1e-5);
  CHECK(check.trials == 2);
  CHECK(check.ok());
  checks.trial("error", "", 2e-4, 1e-4);
  CHECK(checks.all()[0].value == 2e-4);
  CHECK(checks.failed() == 1);
}

TEST_CASE("violations are counted against a tolerance of none") {
  Checks checks;
  checks.trial("violations", "there are none", 0, 0);
  CHECK(checks.failed() == 0);
  checks.trial("violations", "", 3, 0);
  checks.trial("violations", "", 1, 0);
  CHECK(checks.all()[0].value == 3);
  CHECK(checks.failed() == 1);
}

TEST_CASE("a NaN fails and is not forgotten") {
  Checks checks;
  checks.trial("error", "", std::numeric_limits<double>::quiet_NaN(), 1);
  checks.trial("error", "", 0, 1);
  CHECK(checks.failed() == 1);
}

TEST_CASE("a NaN tolerance fails and is not forgotten") {
  for (const double value : {0.0, -1.0}) {
    Checks checks;
    checks.trial("error", "", 0, 1);
    checks.trial("error", "", value, std::numeric_limits<double>::quiet_NaN());
    checks.trial("error", "", 0, 1);
    CHECK(checks.failed() == 1);
  }
}

TEST_CASE("a check without trials does not pass") { CHECK_FALSE(Check{"never", "", 0, 1}.ok()); }

}  // namespace
}  // namespace voronet
