#include <voronet/apps/text/numbers.h>

#include <limits>
#include <locale>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("numbers are rounded and grouped as people read them") {
  CHECK(fixed(3.14159, 2) == "3.14");
  CHECK(fixed(-2.5, 0) == "-2");
  CHECK(fixed(std::numeric_limits<double>::quiet_NaN(), 2) == "-");
  CHECK(significant(0.16654, 3) == "0.167");
  CHECK(significant(8.2e-13, 3) == "8.2e-13");
  CHECK(significant(-0.0, 2) == "0");
  CHECK(significant(12345.6, 2) == "12,346");
  CHECK(significant(1e8, 2) == "1e+08");
  CHECK(significant(std::numeric_limits<double>::quiet_NaN(), 2) == "nan");
  CHECK(percent(0.9074) == "90.7 %");
  CHECK(percent(1) == "100.0 %");
  CHECK(percent(std::numeric_limits<double>::infinity()) == "-");
  CHECK(thousands(0) == "0");
  CHECK(thousands(999) == "999");
  CHECK(thousands(1000) == "1,000");
  CHECK(thousands(-1234567) == "-1,234,567");
  CHECK(thousands(-123) == "-123");
}

TEST_CASE("durations are minutes and seconds, with hours where needed") {
  CHECK(duration(0) == "0:00");
  CHECK(duration(-3) == "0:00");
  CHECK(duration(59.6) == "1:00");
  CHECK(duration(65) == "1:05");
  CHECK(duration(3723) == "1:02:03");
}

TEST_CASE("numbers have a point whatever the locale of the program is") {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new Comma));
  const std::string numbers = fixed(1234.5, 1) + ' ' + significant(0.25, 3) + ' ' + duration(7384567);
  std::locale::global(before);
  CHECK(numbers == "1234.5 0.25 2051:16:07");
}
