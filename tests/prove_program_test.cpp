#include <algorithm>
#include <limits>
#include <sstream>

#include "toy_proof.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;
void check_refused(const Outcome& outcome, const std::string& part) {
  INFO(outcome.err);
  CHECK(outcome.status == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("voronet: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("all checks pass on random networks with either head, and the tables fit a terminal") {
  const ToyProof toy;
  const Outcome outcome = toy.prove({toy.network("softmax"), toy.network("gauss")});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find(" 0 failed") != std::string::npos);
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
}

TEST_CASE("JSON is one object, and stored with a page; the same seed gives the same bits") {
  const ToyProof toy;
  const std::string out = toy.folder / "proof";
  const Outcome first = toy.prove({toy.network("softmax", 4)}, {"--json", "--out", out});
  REQUIRE(first.status == 0);
  const Json printed = Json::parse(first.out);
  CHECK(printed["failed"] == 0);
  CHECK(printed["passed"] == printed["checks"].size());
  CHECK(printed["networks"][0]["not_nearest_centroid"] == 0);
  CHECK(printed == Json::parse(read_file(out + "/prove.json")));
  CHECK(read_file(out + "/report.html").find("</html>") != std::string::npos);
  CHECK(toy.prove({toy.network("softmax", 4)}, {"--json", "--threads", "1"}).out == first.out);
}

TEST_CASE("a centroid in the wrong place makes checks fail, and the program say so") {
  const ToyProof toy;
  for (const char* head : {"softmax", "gauss"}) {
    const Outcome outcome = toy.prove({toy.network(head)}, {"--spoil", "--json"});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.status == 1);
    CHECK(outcome.err.find("checks failed") != std::string::npos);
    const Json printed = Json::parse(outcome.out);
    CHECK(printed["failed"] >= 1);
  }
}

TEST_CASE("networks that the theorems are not about are refused in one line") {
  const ToyProof toy;
  check_refused(toy.prove({toy.network("softmax", 1)}), "a single feature");
  Classifier broken = ToyProof::classifier("softmax", 2);
  broken.parameters()[0].mutable_data<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  check_refused(toy.prove({toy.network("broken", std::move(broken))}), "embed.conv1.weight");
  check_refused(toy.prove({toy.network("duq")}), "ends in a head called duq");
  check_refused(toy.prove({toy.folder / "missing"}), "missing");
}
