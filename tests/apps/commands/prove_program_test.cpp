#include <voronet/core/folder_lock.h>
#include <voronet/core/version.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "apps/attack/toy_proof.h"
#include "support/skip.h"
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

TEST_CASE("all checks pass on random networks with every head, and the tables fit a terminal") {
  const ToyProof toy;
  const Outcome outcome =
      toy.prove({toy.network("softmax"), toy.network("gauss"), toy.network("duq"), toy.network("ddu")});
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

TEST_CASE(
    "a proof says by which program and of what data it is, and keeps out of a folder that another writes") {
  const ToyProof toy;
  const std::string out = toy.folder / "proof", network = toy.network("softmax", 4);
  {
    const FolderLock lock(out);
    check_refused(toy.prove({network}, {"--out", out}), "proof is being written by another process");
  }
  const Outcome outcome = toy.prove({network}, {"--json", "--out", out});
  const Json printed = Json::parse(outcome.out);
  CHECK(printed["program"] == program());
  const std::string md5 = printed["data_md5"];
  CHECK(read_file(out + "/report.html").find("md5 of its content " + md5) != std::string::npos);
}

TEST_CASE("ranks that prove together say what one says") {
  const ToyProof toy;
  const std::vector<std::string> arguments =
      ToyProof::joined(toy.arguments({toy.network("softmax"), toy.network("gauss")}), {"--json"});
  const auto two = run_ranks(2, arguments);
  if (!two) return skipped("built without MPI");
  CHECK(two->status == 0);
  CHECK(two->out == run_voronet(arguments).out);
}

TEST_CASE("a centroid in the wrong place makes checks fail, and the program say so") {
  const ToyProof toy;
  for (const char* head : {"softmax", "gauss", "duq", "ddu"}) {
    const Outcome outcome = toy.prove({toy.network(head)}, {"--spoil", "--json"});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.status == 1);
    CHECK(outcome.err.find("checks failed") != std::string::npos);
    const Json printed = Json::parse(outcome.out);
    CHECK(printed["failed"] >= 1);
  }
}

TEST_CASE("JSON says of every network what is not checked, and why") {
  const ToyProof toy;
  const Outcome outcome = toy.prove(
      {toy.network("softmax"), toy.network("gauss"), toy.network("duq"), toy.network("ddu")}, {"--json"});
  REQUIRE(outcome.status == 0);
  const Json networks = Json::parse(outcome.out)["networks"];
  const std::vector<std::vector<std::string>> expected{{"T6, ", "Cones, "},
                                                       {"T1 to T4 "},
                                                       {"T1 to T4 ", "The islands ", "Figures "},
                                                       {"T6, ", "Cones, ", "The class Gaussians "}};
  REQUIRE(networks.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Json& absent = networks[i]["absent"];
    REQUIRE(absent.size() == expected[i].size());
    for (std::size_t j = 0; j < absent.size(); ++j) {
      CHECK(absent[j]["what"].get<std::string>().starts_with(expected[i][j]));
      CHECK(!absent[j]["why"].get<std::string>().empty());
    }
  }
  CHECK(networks[3]["last_layer"] == "ddu");
}

TEST_CASE("networks that the theorems are not about are refused in one line") {
  const ToyProof toy;
  check_refused(toy.prove({toy.network("softmax", 1)}), "has a single feature");
  Classifier broken = ToyProof::classifier("softmax", 2);
  broken.parameters()[0].mutable_data<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  check_refused(toy.prove({toy.network("broken", std::move(broken))}),
                "embed.conv1.weight holds a value that is not finite");
  check_refused(toy.prove({toy.folder / "missing"}), "missing");
}

TEST_CASE("a checkpoint without a last layer, or of one class, is refused in one line") {
  const ToyProof toy;
  TensorFile file = read_safetensors(toy.network("softmax"));
  TensorFile headless = file;
  headless.tensors.erase("classifier.weight");
  headless.tensors.erase("classifier.bias");
  write_safetensors(toy.folder / "headless.safetensors", headless);
  check_refused(toy.prove({toy.folder / "headless.safetensors"}),
                "headless.safetensors: no tensor classifier.weight");
  TensorFile one_class = file;
  one_class.metadata["classes"] = "1";
  one_class.tensors["classifier.weight"] = zeros({1, 2});
  one_class.tensors["classifier.bias"] = zeros({1});
  write_safetensors(toy.folder / "one.safetensors", one_class);
  check_refused(toy.prove({toy.folder / "one.safetensors"}),
                "one.safetensors: has 1 classes, at least 2 are needed");
}

TEST_CASE("a second network that cannot be proven is refused before the first is proved") {
  const ToyProof toy;
  const std::string out = toy.folder / "proof";
  check_refused(run_voronet({"prove", "--data", toy.folder.path(), "--out", out, "--checkpoint",
                             toy.network("softmax"), toy.network("gauss", 1)}),
                "gauss has a single feature");  // the one line: no progress was shown
  CHECK(!fs::exists(out));
}
