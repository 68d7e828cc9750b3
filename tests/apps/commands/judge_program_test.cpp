// judge, black boxes, and images in files, through the program.
#include <voronet/apps/text/json.h>
#include <voronet/core/csv.h>
#include <voronet/core/file.h>
#include <voronet/data/npz.h>
#include <voronet/data/png.h>

#include <algorithm>
#include <cstdlib>

#include "support/idx_files.h"
#include "support/program.h"
#include "support/skip.h"
#include "support/toy_data.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

using Arguments = std::vector<std::string>;

// Toy images to test on as .npz, and a softmax layer for examples/black_box.py whose weights are the classes'
// means.
struct ToyBox {
  ToyBox() {
    std::vector<float> weights(256 * 3), bias(3);
    for (Index i = 0; i < set.size(); ++i)
      for (Index pixel = 0; pixel < 256; ++pixel)
        weights[3 * pixel + set.labels[i]] +=
            0.05F * static_cast<float>(set.images.image(i)[pixel] - 100) / 255;
    const std::vector<Index> labels(set.labels.begin(), set.labels.end());
    data::write_npz(folder / "toy.npz", {{"images", data::npy({60, 16, 16}, set.images.pixels)},
                                         {"labels", data::npy({60}, labels)}});
    data::write_npz(folder / "weights.npz",
                    {{"W", data::npy({256, 3}, weights)}, {"b", data::npy({3}, bias)}});
  }
  Arguments with(const Arguments& command, const Arguments& more = {}) const {
    Arguments all = command;
    const std::string box =
        "/usr/bin/python3 " VORONET_SOURCE_DIR "/examples/black_box.py " + (folder / "weights.npz").string();
    for (const std::string& word :
         {std::string("--model-command"), box, std::string("--data"), (folder / "toy.npz").string()})
      all.push_back(word);
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  data::Dataset set = toy_data(60, 2);
  TemporaryFolder folder;
};

Json json_of(const Arguments& arguments) {
  const Outcome outcome = run_voronet(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return Json::parse(outcome.out);
}

// One line on standard error, of which this is a part.
void check_refused(const Arguments& arguments, int status, const std::string& part) {
  const Outcome outcome = run_voronet(arguments);
  INFO(outcome.err);
  CHECK(outcome.status == status);
  CHECK(std::ranges::count(outcome.err, '\n') == 1);
  CHECK(outcome.err.find(part) != std::string::npos);
}

bool has_numpy() {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") == 0) return true;
  skipped("needs Debian's python3-numpy");
  return false;
}

}  // namespace

TEST_CASE("a program in a network's place is evaluated, searched, and its flips are judged") {
  if (!has_numpy()) return;
  const ToyBox toy;
  const Json evaluated = json_of(toy.with({"eval"}, {"--json"}));
  CHECK(evaluated["total"] == 60);
  CHECK(evaluated["accuracy"] >= 0.9);

  const std::string out = toy.folder / "a";
  const Json attacked =
      json_of(toy.with({"attack"}, {"--out", out, "--method", "exhaustive,one-pixel,corners,sparse-rs",
                                    "--images", "4", "--pixels", "1", "--population", "20", "--generations",
                                    "2", "--queries", "300", "--quiet", "--json"}));
  REQUIRE(attacked["attacks"].size() == 4);
  const Json& exact = attacked["attacks"][0];
  CHECK(exact["queries"] == 4 * 256 * 255);
  for (const Json& attack : attacked["attacks"]) CHECK(attack["flips"] <= exact["flips"]);
  CHECK(exact["settings"]["model_command"].get<std::string>().find("black_box.py") != std::string::npos);

  // Of two pixels more; what it leaves is judged to be what it says.
  const Json more = json_of(toy.with({"attack"}, {"--out", toy.folder / "b", "--method", "corners",
                                                  "--pixels", "40", "--images", "10", "--quiet", "--json"}));
  REQUIRE(more["flips"] > 0);
  for (const char* file : {"b/adversarial.npz", "b/adversarial.safetensors"}) {
    const Json judged =
        json_of(toy.with({"judge"}, {"--images", toy.folder / file, "--pixels", "40", "--json"}));
    CHECK(judged["files"][0]["flips"] == more["flips"]);
    CHECK(judged["files"][0]["confident_flips"] == more["confident_flips"]);
    CHECK(judged["files"][0]["breaking"].empty());
  }
  const Outcome table = run_voronet(toy.with({"judge"}, {"--images", toy.folder / "b/adversarial.npz",
                                                         "--range", "0:20", "--out", toy.folder / "j.csv"}));
  REQUIRE(table.status == 0);
  CHECK(table.out.find("Breaking rules in ") != std::string::npos);
  CHECK(table.out.find("more than 1 pixel") != std::string::npos);
  const Csv rows = read_csv(toy.folder / "j.csv");
  CHECK(std::ssize(rows.rows) == more["flips"].get<Index>());
  CHECK(rows.numbers("pixels").front() > 1);

  check_refused(toy.with({"attack"}, {"--out", toy.folder / "c", "--method", "fgsm"}), 1,
                "need the network itself");
  check_refused(toy.with({"attack"}, {"--out", toy.folder / "c", "--method", "all"}), 1,
                "need the network itself");
  CHECK_FALSE(fs::exists(toy.folder / "c"));
  check_refused(toy.with({"attack"}, {"--out", toy.folder / "c", "--checkpoint", "run"}), 2, "excludes");
  check_refused({"eval", "--data", toy.folder / "toy.npz"}, 2, "--checkpoint or --model-command");
}

TEST_CASE("a program that fails ends an attack in one line, and what was finished is taken up again") {
  if (!has_numpy()) return;
  const ToyBox toy;
  const Outcome failed =
      run_voronet({"eval", "--model-command", "exit 7", "--data", toy.folder / "toy.npz", "--quiet"});
  CHECK(failed.status == 1);
  CHECK(failed.err == "voronet: model command `exit 7` ended with exit status 7\n");
  check_refused({"eval", "--model-command", "sleep 100", "--model-timeout", "0.2", "--data",
                 toy.folder / "toy.npz", "--quiet"},
                1, "has been silent for 0.2 seconds");
  check_refused({"eval", "--model-timeout", "3", "--checkpoint", "run", "--data", toy.folder / "toy.npz"}, 2,
                "--model-command");
}

TEST_CASE("images in a file are evaluated as those of a folder are, by networks of as many classes or more") {
  const ToyBox toy;
  write_idx_files(toy.folder.path(), toy_data(600, 1), toy.set);
  const std::string run = toy.folder / "run", npz = toy.folder / "toy.npz";
  REQUIRE(run_voronet({"train", "--data", toy.folder.path(), "--head", "softmax", "--epochs", "2", "--out",
                       run, "--quiet"})
              .status == 0);
  const Json of_folder =
      json_of({"eval", "--checkpoint", run, "--data", toy.folder.path(), "--json", "--quiet"});
  const Json of_file = json_of({"eval", "--checkpoint", run, "--data", npz, "--json", "--quiet"});
  CHECK(of_file["correct"] == of_folder["correct"]);
  CHECK(of_file["mean_confidence"] == of_folder["mean_confidence"]);
  REQUIRE(run_voronet({"attack", "--checkpoint", run, "--data", npz, "--images", "2", "--method", "fgsm",
                       "--epsilon", "0.5", "--targeted", "--quiet", "--out", toy.folder / "a"})
              .status == 0);
  CHECK(read_csv(toy.folder / "a/attack.csv").rows.size() == 18);  // of ten classes

  std::string csv;
  for (Index i = 0; i < toy.set.size(); ++i) {
    csv += text(toy.set.labels[i]);
    for (const int value : toy.set.images.image(i)) csv += text(',', value);
    csv += '\n';
  }
  write_file(toy.folder / "toy.csv", csv);
  CHECK(json_of({"eval", "--checkpoint", run, "--data", toy.folder / "toy.csv", "--json", "--quiet"}) ==
        of_file);
  check_refused({"train", "--data", npz, "--out", toy.folder / "x"}, 1,
                "all of its images are to be tested on");
  check_refused({"prove", "--checkpoint", run, "--data", npz, "--split", "train"}, 1,
                "all of its images are to be tested on");
}
