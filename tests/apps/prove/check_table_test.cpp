#include <voronet/apps/prove/check_table.h>

#include <limits>
#include <sstream>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

CheckGroups example() {
  CheckGroups groups{{"random layers", {}}, {"softmax", {}}};
  groups[0].checks.trial("softmax-is-nearest-centroid", "a <claim>", 8.25e-13, 1e-12);
  groups[0].checks.trial("softmax-is-nearest-centroid", "a <claim>", 1e-14, 1e-12);
  groups[1].checks.trial("no-flips", "another", 3, 0);
  groups[1].checks.trial("broken", "NaN", std::numeric_limits<double>::quiet_NaN(), 1);
  return groups;
}

}  // namespace

TEST_CASE("checks are counted over all groups") {
  CHECK(passed(example()) == 1);
  CHECK(failed(example()) == 2);
}

TEST_CASE("a table shows the worst trial, and fits a terminal") {
  const std::string table = check_tables(example());
  CHECK(
      table.starts_with("random layers                   value  tolerance  trials    \n"
                        "softmax-is-nearest-centroid  8.25e-13      1e-12       2  ok\n"));
  CHECK(table.find("FAILED") != std::string::npos);
  CheckGroups long_name{{"network", {}}};
  long_name[0].checks.trial(std::string(40, 'x'), "", -1.25e-100, 1e-100);
  std::istringstream lines(check_tables(long_name));
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
}

TEST_CASE("JSON says of each check on what, which, and whether it passed") {
  const auto json = nlohmann::json::parse(check_json(example()).dump());
  CHECK(json["passed"] == 1);
  CHECK(json["failed"] == 2);
  CHECK(json["checks"][0]["on"] == "random layers");
  CHECK(json["checks"][0]["value"] == 8.25e-13);
  CHECK(json["checks"][0]["ok"] == true);
  CHECK(json["checks"][1]["value"] == 3);
  CHECK(json["checks"][2]["value"].is_null());
  CHECK(json["checks"][2]["ok"] == false);
}

TEST_CASE("claims are text in a page") {
  CHECK(check_html(example()).find("a &lt;claim&gt;") != std::string::npos);
}
