#include <voronet/apps/prove/check_table.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("all checks pass on random layers, and a seed decides their values") {
  const Checks first = random_checks(3, 7, {}), again = random_checks(3, 7, {}),
               other = random_checks(3, 8, {});
  REQUIRE(first.all().size() == again.all().size());
  for (std::size_t i = 0; i < first.all().size(); ++i) {
    CHECK_MESSAGE(first.all()[i].ok(), first.all()[i].name);
    CHECK(first.all()[i].value == again.all()[i].value);
  }
  CHECK(first.all()[0].value != other.all()[0].value);
}
