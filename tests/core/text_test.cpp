#include <voronet/core/random.h>
#include <voronet/core/text.h>

#include <locale>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// 1.234,5 as in German.
struct German : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("numbers are written and read alike in every locale") {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new German));
  const std::string line = text(1234567, ' ', 0.5);
  Random random(12345, 67890);
  (void)random.permutation(1000);
  std::string state = random.state(), again;
  try {
    again = Random::from_state(state).state();
  } catch (const Error& error) {
    again = error.what();
  }
  std::locale::global(before);
  CHECK(line == "1234567 0.5");
  CHECK(state.starts_with("philox:12345:67890:"));
  CHECK(again == state);
}
