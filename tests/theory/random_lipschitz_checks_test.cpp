#include <voronet/theory/random_checks.h>

#include "support/sanitized.h"
#include <doctest/doctest.h>

namespace voronet {
namespace {

const int draws = test::sanitized ? 3 : 30;

void check_all_passed(const Checks& checks, std::size_t names) {
  CHECK(checks.all().size() == names);
  for (const Check& check : checks.all()) {
    CAPTURE(check.name);
    CAPTURE(check.value);
    CAPTURE(check.tolerance);
    CHECK(check.ok());
  }
}

TEST_CASE("random convolutions pass") {
  Checks checks;
  Random random(1);
  for (int i = 0; i < draws; ++i) check_random_convolution(checks, random);
  check_all_passed(checks, 3);
}

TEST_CASE("random slopes pass") {
  Checks checks;
  Random random(2);
  for (int i = 0; i < draws; ++i) check_random_slopes(checks, random);
  check_all_passed(checks, 2);
}

TEST_CASE("gradients of the losses pass") {
  Checks checks;
  Random random(3);
  for (int i = 0; i < draws; ++i) check_random_loss_gradients(checks, random);
  check_all_passed(checks, 1);
}

TEST_CASE("random networks pass") {
  Checks checks;
  Random random(4);
  for (int i = 0; i < draws; ++i) check_random_networks(checks, random);
  check_all_passed(checks, 11);
}

}  // namespace
}  // namespace voronet
