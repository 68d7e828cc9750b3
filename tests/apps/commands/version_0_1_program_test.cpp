// What version 0.1 wrote is read by this one: a run folder and an experiment folder that its program made,
// with the data set of 100 small images that it made them from. README.md beside them has the commands.
#include <voronet/core/file.h>
#include <voronet/layers/checkpoint.h>

#include <filesystem>

#include "support/program.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

// A copy of the folders to work in, because they name their data set relative to where the program ran.
class Version01 {
 public:
  Version01() : before_(std::filesystem::current_path()) {
    std::filesystem::copy(VORONET_SOURCE_DIR "/tests/golden/version-0.1", folder_.path(),
                          std::filesystem::copy_options::recursive);
    std::filesystem::current_path(folder_.path());
  }
  ~Version01() { std::filesystem::current_path(before_); }

  std::string file(const std::string& name) const { return read_file(folder_ / name); }

 private:
  TemporaryFolder folder_;
  std::filesystem::path before_;
};

}  // namespace

TEST_CASE("a checkpoint of version 0.1 classifies as it did") {
  const Version01 old;
  const Outcome eval = run_voronet({"eval", "--checkpoint", "run", "--data", "toy", "--json"});
  REQUIRE(eval.status == 0);
  const auto result = nlohmann::json::parse(eval.out);
  CHECK(result["correct"] == 17);
  CHECK(result["total"] == 20);
  CHECK(result["mean_confidence"].get<double>() == doctest::Approx(0.8443580392748118).epsilon(1e-5));
}

TEST_CASE("a run of version 0.1 goes on where it stopped") {
  const Version01 old;
  const std::string metrics = old.file("run/metrics.csv");
  REQUIRE(run_voronet({"train", "--resume", "--epochs", "12", "--out", "run", "--quiet"}).status == 0);
  const std::string longer = old.file("run/metrics.csv");
  CHECK(longer.substr(0, metrics.size()) == metrics);
  CHECK(longer.substr(metrics.size(), 3) == "12,");
  CHECK(run_voronet({"report", "run", "--out", "report.html"}).status == 0);
}

TEST_CASE("an experiment of version 0.1 is read, not made again, and what it counted is counted so") {
  const Version01 old;
  const std::string cell = "experiment/toy-resnet18-ce-12-seed1/";
  std::string before[2];
  const std::string kept[] = {cell + "checkpoint.safetensors", cell + "exact/rows.jsonl"};
  for (std::size_t i = 0; i < 2; ++i) before[i] = old.file(kept[i]);
  const auto cells = [&] { return nlohmann::json::parse(old.file("experiment/experiment.json"))["cells"]; };
  const auto counted = cells();
  const auto written = std::filesystem::last_write_time(kept[0]);
  REQUIRE(run_voronet({"experiment", "experiment.toml", "--out", "experiment", "--quiet"}).status == 0);
  for (std::size_t i = 0; i < 2; ++i) CHECK_MESSAGE(old.file(kept[i]) == before[i], kept[i]);
  CHECK(std::filesystem::last_write_time(kept[0]) == written);
  std::size_t found = 0, robust = 0;
  for (const auto& now : cells()) {
    for (const auto& then : counted)
      if (then["folder"] == now["folder"] && then["measure"] == now["measure"]) {
        ++found;
        CHECK(now["count"] == then["count"]);
        CHECK(now["of"] == then["of"]);
      }
    // Not stored then: the images up to the last attacked one without a row were wrong.
    if (now["measure"] != "exact: robust accuracy") continue;
    ++robust;
    CHECK(now["of"] == 2);
    CHECK(now["count"] == (now["recipe"] == "ce-12" ? 0 : 2));
  }
  CHECK(found == counted.size());
  CHECK(robust == 2);
}
