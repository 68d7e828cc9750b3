// The program on points instead of images.
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "support/browser.h"
#include "support/program.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

using Json = nlohmann::json;

struct Moons {
  TemporaryFolder folder;
  std::string csv = folder / "moons.csv";

  Moons() { REQUIRE(run_voronet({"data", "moons", "--points", "500", "--out", csv}).status == 0); }
  // The arguments of a training into the folder `out` here.
  std::vector<std::string> training(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"train", "--data", csv, "--out", folder / out, "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

void check_refused(const Outcome& outcome, const std::string& part) {
  INFO(outcome.err);
  CHECK(outcome.status == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("voronet: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.find(part) != std::string::npos);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("voronet data makes points, the same for the same seed") {
  const Outcome first = run_voronet({"data", "spirals", "--classes", "3", "--points", "9", "--seed", "5"});
  CHECK(first.status == 0);
  CHECK(std::count(first.out.begin(), first.out.end(), '\n') == 10);
  CHECK(first.out == run_voronet({"data", "spirals", "--classes", "3", "--points", "9", "--seed", "5"}).out);
  CHECK(first.out != run_voronet({"data", "spirals", "--classes", "3", "--points", "9", "--seed", "6"}).out);
  check_refused(run_voronet({"data", "moons", "--classes", "3"}), "moons: not of 3 classes, moons are two");
  check_refused(run_voronet({"data", "mnist", "--noise", "1"}), "are for moons, spirals, blobs");
  check_refused(run_voronet({"data", "moons", "--from", "."}),
                "data: moons is made, not taken --from a folder");
}

TEST_CASE("moons are learned by default, evaluated, and proven on a page with their plane") {
  const Moons moons;
  for (const std::string head : {"softmax", "gauss"}) {
    CAPTURE(head);
    const Outcome trained = run_voronet(
        moons.training(head, {"--head", head, "--embedding", "2", "--final-relu", "off", "--json"}));
    INFO(trained.err);
    REQUIRE(trained.status == 0);
    CHECK(Json::parse(trained.out)["accuracy"] >= 0.99);
    const auto settings = read_safetensors(moons.folder / head / "checkpoint.safetensors").metadata;
    CHECK(settings.at("model") == "mlp");
    CHECK(settings.at("channels") == "2");
    for (const char* split : {"train", "test"}) {
      const Json result = Json::parse(run_voronet({"eval", "--checkpoint", moons.folder / head, "--data",
                                                   moons.csv, "--split", split, "--json"})
                                          .out);
      CHECK(result["total"] == (split == std::string("train") ? 400 : 100));
      CHECK(result["accuracy"] >= 0.99);
    }
  }
  const Outcome proof =
      run_voronet({"prove", "--checkpoint", moons.folder / "softmax", moons.folder / "gauss", "--data",
                   moons.csv, "--draws", "2", "--json", "--quiet", "--out", moons.folder / "proof"});
  INFO(proof.err);
  CHECK(proof.status == 0);
  CHECK(Json::parse(proof.out)["failed"] == 0);
  const std::string page = read_file(moons.folder / "proof/report.html");
  for (const char* part : {"<title>softmax: input space", "<title>gauss: input space",
                           "softmax: feature space", "gauss: feature space", "100 points of "})
    CHECK_MESSAGE(contains(page, part), part);
  CHECK(!contains(page, "pixel from"));
  CHECK(!contains(page, "voronet attack"));
  if (!have_browser()) return;
  for (const int width : {1280, 400}) CHECK(contains(seen_by_browser(page, width), "data-fits=\"yes\""));
}

TEST_CASE("every head learns points, of more values and features too, and is proven") {
  const Moons moons;
  std::string lines = "a,b,label,c\n";
  for (int i = 0; i < 60; ++i)
    lines += text(i % 3 == 0, ',', i % 3 == 1 ? 2 : 1, ',',
                  i % 3 == 0   ? "x"
                  : i % 3 == 1 ? "y"
                               : "z",
                  ',', i % 7, '\n');
  write_file(moons.csv, lines);
  for (const std::string head : {"softmax", "gauss", "duq", "ddu"}) {
    CAPTURE(head);
    CHECK(
        run_voronet(moons.training(head, {"--head", head, "--epochs", "12", "--depth", "1", "--width", "20"}))
            .status == 0);
    const Outcome proof = run_voronet({"prove", "--checkpoint", moons.folder / head, "--data", moons.csv,
                                       "--draws", "2", "--quiet", "--out", moons.folder / "proof"});
    INFO(proof.out << proof.err);
    CHECK(proof.status == 0);
    CHECK(!contains(read_file(moons.folder / "proof/report.html"), "input space"));
  }
  CHECK(run_voronet({"summary", "--checkpoint", moons.folder / "ddu"}).status == 0);
  CHECK(run_voronet({"report", moons.folder / "ddu", moons.folder / "duq", "--out", moons.folder / "r.html"})
            .status == 0);
}

TEST_CASE("training on points that is killed and resumed ends with the same bytes") {
  const Moons moons;
  const std::vector<std::string> more = {"--head", "gauss", "--save-seconds", "0"};
  REQUIRE(run_voronet(moons.training("whole", more)).status == 0);
  for (int wait = 40; wait <= 240; wait += 100) {
    const pid_t process =
        start_voronet(moons.training("killed", {"--head", "gauss", "--save-seconds", "0", "--resume"}));
    std::this_thread::sleep_for(std::chrono::milliseconds(wait));
    kill(process, SIGKILL);
    wait_for(process);
  }
  const Outcome resumed = run_voronet(moons.training("killed", {"--head", "gauss", "--resume"}));
  INFO(resumed.err);
  REQUIRE(resumed.status == 0);
  CHECK(read_file(moons.folder / "killed/checkpoint.safetensors") ==
        read_file(moons.folder / "whole/checkpoint.safetensors"));
}

TEST_CASE("what does not fit points is said in one line") {
  const Moons moons;
  REQUIRE(run_voronet(moons.training("run", {"--epochs", "1"})).status == 0);
  const auto with_network = [&](const std::string& command, const std::string& data,
                                const std::vector<std::string>& more = {}) {
    std::vector<std::string> all = {command, "--checkpoint", moons.folder / "run", "--data", data, "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    return run_voronet(all);
  };
  check_refused(with_network("attack", moons.csv, {"--out", moons.folder / "attack"}),
                "attack: " + moons.csv + " has points, and attacks change the pixels of images");
  const std::string other = moons.folder / "other.csv";
  write_file(other, "1,2,3,0\n4,5,6,1\n1,2,3,0\n4,5,6,1\n1,2,3,0\n4,5,6,1\n");
  check_refused(with_network("eval", other), "run takes inputs (2), " + other + " has points (3)");
  check_refused(with_network("prove", other), "run takes inputs (2), " + other + " has points (3)");
  check_refused(run_voronet({"train", "--data", other, "--out", moons.folder / "run", "--resume", "--quiet"}),
                "");
  check_refused(run_voronet(moons.training("other", {"--model", "lenet"})),
                "lenet takes images, not points of 2 values; mlp takes both");
  check_refused(run_voronet(moons.training("other", {"--augment", "crop-flip"})),
                "only images can be augmented");
  write_file(other, "x,y,label\n1,2,0\n1,2\n");
  check_refused(run_voronet({"train", "--data", other, "--out", moons.folder / "bad", "--quiet"}),
                other + ": csv: line 3 has 2 fields, the first 3");
}

TEST_CASE("an experiment on points runs, but not with attacks") {
  const Moons moons;
  const std::string file = moons.folder / "points.toml", out = moons.folder / "experiment";
  const std::string grid = "[grid]\ndata = '" + moons.csv +
                           "'\nmodel = 'mlp'\nrecipe = 'softmax-points'\nseed = 1\n[train]\nepochs = 2\n";
  write_file(file, grid);
  const Outcome run = run_voronet({"experiment", file, "--out", out, "--quiet"});
  INFO(run.err);
  CHECK(run.status == 0);
  write_file(file, grid + "[[attack]]\nmethod = 'fgsm'\n");
  check_refused(run_voronet({"experiment", file, "--out", out, "--quiet"}),
                "has points, and attacks change the pixels");
}
