#include <voronet/core/csv.h>
#include <voronet/core/file.h>
#include <voronet/core/version.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "support/idx_files.h"
#include "support/program.h"
#include "support/skip.h"
#include "support/toy_data.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

struct ToyExperiment {
  ToyExperiment() {
    make_folder(folder / "toy");
    write_idx_files(folder / "toy", toy_data_of_ten_classes(600, 1), toy_data(60, 2));
  }
  std::string toml(const std::string& seeds = "[1, 2]", const std::string& more = "") const {
    return "[grid]\ndata = '" + (folder / "toy").string() +
           "'\nmodel = 'lenet'\nrecipe = ['softmax-12', 'ce-12']\nseed = " + seeds +
           "\n[train]\nembedding = 20\n[recipe.ce-12]\nepochs = 6\n" +
           "[[attack]]\nname = 'exact'\nmethod = 'exhaustive'\nimages = 4\n" + more;
  }
  Outcome run(const std::string& toml, std::vector<std::string> more = {}) const {
    return run_voronet(arguments(toml, std::move(more)));
  }
  std::vector<std::string> arguments(const std::string& toml, std::vector<std::string> more = {}) const {
    write_file(folder / "file.toml", toml);
    std::vector<std::string> all{"experiment", folder / "file.toml", "--out", folder / "out",
                                 "--quiet",    "--threads",          "2"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string file(const std::string& name) const { return read_file(folder.path() / "out" / name); }

  TemporaryFolder folder;
};

void check_refused(const Outcome& outcome, const std::string& why) {
  CHECK(outcome.status == 1);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CAPTURE(outcome.err);
  CHECK(outcome.err.find(why) != std::string::npos);
}

}  // namespace

TEST_CASE("an experiment leaves a folder a cell, tables, JSON and a page") {
  const ToyExperiment toy;
  const Outcome outcome = toy.run(toy.toml("[1, 2]", "[prove]\nimages = 5\n"), {"--json"});
  CAPTURE(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json == nlohmann::json::parse(toy.file("experiment.json")));
  // Accuracy, robust accuracy, flips, confident ones, and those with some images refused: of four networks,
  // ...
  CHECK(json.at("cells").size() == 20);
  CHECK(json.at("summary").size() == 10);     // of two recipes,
  CHECK(json.at("differences").size() == 5);  // of one from the other;
  CHECK(json.at("coverage").size() == 10);    // five shares refused, of two recipes
  CHECK(json["summary"][0]["seeds"] == 2);
  CHECK(json["summary"][0]["of"] == 120);
  const double first = json["cells"][0]["share"], second = json["cells"][10]["share"];
  CHECK(json["summary"][0]["mean"] == doctest::Approx((first + second) / 2));
  CHECK(toy.file("toy-lenet-softmax-12-seed1/exact/attack.csv").size() > 100);
  CHECK(toy.file("toy-lenet-ce-12-seed2/prove.json").size() > 100);
  CHECK(toy.file("summary.csv").starts_with("data,model,recipe,"));
  CHECK(toy.file("tables.txt").find("robust accuracy") != std::string::npos);
  const std::string page = toy.file("report.html");
  for (const char* part :
       {"Robust accuracy: toy, lenet", "Flips at equal coverage", "Differences",
        "toy-lenet-ce-12-seed2/exact/report.html", "[recipe.ce-12]", "checks of the theory passed"})
    CHECK(page.find(part) != std::string::npos);
}

TEST_CASE(
    "networks that are given, ONNX files among them, are attacked and proved, and compared with each other") {
  const ToyExperiment toy;
  REQUIRE(run_voronet({"train", "--data", toy.folder / "toy", "--epochs", "1", "--out", toy.folder / "run",
                       "--quiet"})
              .status == 0);
  const auto exported = [&](const char* run) {
    return run_voronet({"export", "--checkpoint", toy.folder / run, "--out", toy.folder / "other.onnx"});
  };
  const Outcome first = exported("run");
  if (first.err.find("built without ONNX") != std::string::npos) return skipped("built without ONNX");
  REQUIRE(first.status == 0);
  const std::string file = "[grid]\ndata = '" + (toy.folder / "toy").string() + "'\ncheckpoint = ['" +
                           (toy.folder / "run").string() + "', '" + (toy.folder / "other.onnx").string() +
                           "']\n[[attack]]\nname = 'exact'\nmethod = 'exhaustive'\nrange = '0:4'\n" +
                           "[prove]\nimages = 5\n";
  const Outcome outcome = toy.run(file, {"--json"});
  CAPTURE(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["cells"][0]["folder"] == "toy-run");
  for (const auto& each : json["differences"]) {
    CHECK(each["recipe"] == "other");
    CHECK(each["difference"] == 0);
  }
  CHECK(json["differences"].size() == 5);
  CHECK(toy.file("toy-run/exact/attack.csv") == toy.file("toy-other/exact/attack.csv"));
  CHECK(toy.file("report.html").find("Training") == std::string::npos);
  REQUIRE(run_voronet({"train", "--data", toy.folder / "toy", "--epochs", "1", "--seed", "2", "--out",
                       toy.folder / "second", "--quiet"})
              .status == 0);
  REQUIRE(exported("second").status == 0);
  check_refused(toy.run(file), "was made with eval network_md5");
  write_file(toy.folder / "other.onnx", "no network");
  check_refused(toy.run(file), "file.toml:3: ");
  check_refused(toy.run("[grid]\ndata = 'toy'\ncheckpoint = 'run'\nseed = 1\n"),
                "file.toml:4: unknown key seed");
}

TEST_CASE("finished cells are skipped, and more seeds, attacks and images extend an experiment") {
  const ToyExperiment toy;
  REQUIRE(toy.run(toy.toml("1")).status == 0);
  const std::string checkpoint = toy.file("toy-lenet-ce-12-seed1/checkpoint.safetensors");
  const auto time =
      std::filesystem::last_write_time(toy.folder.path() / "out/toy-lenet-ce-12-seed1/exact/attack.json");
  REQUIRE(toy.run(toy.toml("[1, 2]")).status == 0);
  CHECK(time ==
        std::filesystem::last_write_time(toy.folder.path() / "out/toy-lenet-ce-12-seed1/exact/attack.json"));
  std::string more = toy.toml("[1, 2]", "[[attack]]\nmethod = 'corners'\nimages = 3\n");
  more.replace(more.find("images = 4"), 10, "images = 6");
  const Outcome outcome = toy.run(more, {"--json"});
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["cells"][2]["measure"] == "exact: flips");
  CHECK(json["cells"][2]["of"] == 6);
  CHECK(json["cells"].size() == 36);
  CHECK(checkpoint == toy.file("toy-lenet-ce-12-seed1/checkpoint.safetensors"));
}

TEST_CASE("with a range all networks are compared on the same images, and predictions are stored") {
  const ToyExperiment toy;
  std::string ranged = toy.toml("[1, 2]");
  ranged.replace(ranged.find("images = 4"), 10, "range = '5:15'");
  const Outcome outcome = toy.run(ranged, {"--json"});
  CAPTURE(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  Index right = 0;
  for (const auto& cell : json["cells"]) {
    const Csv predictions = parse_csv(toy.file(std::string(cell["folder"]) + "/predictions.csv"));
    const auto labels = predictions.numbers("label"), predicted = predictions.numbers("predicted");
    const auto attack = nlohmann::json::parse(toy.file(std::string(cell["folder"]) + "/exact/attack.json"));
    const auto correct = [&](Index first, Index last) {
      Index count = 0;
      for (Index i = first; i < last; ++i) count += labels[i] == predicted[i];
      return count;
    };
    CHECK(attack["range"] == nlohmann::json({5, 15}));
    CHECK(attack["attacked"] == correct(5, 15));
    if (cell["measure"] == "accuracy") CHECK(cell["count"] == correct(0, 60));
    if (cell["measure"] == "exact: robust accuracy") {
      CHECK(cell["of"] == 10);
      CHECK(cell["count"] == correct(5, 15) - Index(attack["flips"]));
      right += correct(5, 15);
    }
  }
  CHECK(right < 40);  // some are wrong, or nothing is tested here
  for (const auto& difference : json["differences"])
    if (difference["measure"] == "accuracy" || difference["measure"] == "exact: robust accuracy")
      CHECK(difference["images"] == (difference["measure"] == "accuracy" ? 120 : 20));

  // Further images extend it; --images beside it is refused by its line.
  ranged.replace(ranged.find("5:15"), 4, "5:20");
  REQUIRE(toy.run(ranged).status == 0);
  CHECK(nlohmann::json::parse(toy.file("toy-lenet-ce-12-seed1/exact/attack.json"))["range"][1] == 20);
  ranged.replace(ranged.find("5:20"), 4, "5:61");
  check_refused(toy.run(ranged), "file.toml:13: exact asks for 56 images from 5 on, and ");
  check_refused(toy.run(toy.toml("1", "range = '0:5'\n")), "file.toml:10: --images excludes --range");
  check_refused(toy.run(toy.toml("1", "range = '5:5'\n")), "file.toml:14: --range: must be FIRST:LAST");
}

TEST_CASE("the tables alone are made again from finished cells, without their data or networks") {
  const ToyExperiment toy;
  const std::vector<std::string> tables = {"--tables"};
  check_refused(toy.run(toy.toml("1"), tables), "no cell of ");
  REQUIRE(toy.run(toy.toml("1")).status == 0);
  const std::string before = toy.file("tables.txt"), cells = toy.file("cells.csv");
  for (const char* gone :
       {"toy", "out/cells.csv", "out/tables.txt", "out/toy-lenet-ce-12-seed1/checkpoint.safetensors"})
    std::filesystem::remove_all(toy.folder / gone);
  const Outcome again = toy.run(toy.toml("[1, 2]"), tables);  // of the second seed nothing is there
  CHECK(again.status == 0);
  CHECK(again.out.starts_with(before));
  CHECK(toy.file("tables.txt") == before);
  CHECK(toy.file("cells.csv") == cells);
  CHECK(!std::filesystem::exists(toy.folder / "out/toy-lenet-ce-12-seed2"));
}

TEST_CASE("an experiment that is killed at random moments and called again ends with the same results") {
  const ToyExperiment straight, killed;
  REQUIRE(straight.run(straight.toml()).status == 0);
  int kills = 0;
  for (int wait = 100; wait < 900; wait += 100) {
    const pid_t process = start_voronet(killed.arguments(killed.toml()));
    std::this_thread::sleep_for(std::chrono::milliseconds(wait));
    kill(process, SIGKILL);
    kills += wait_for(process) == -SIGKILL;
  }
  CHECK(kills > 0);
  REQUIRE(killed.run(killed.toml()).status == 0);
  for (const char* name : {"cells.csv", "summary.csv", "differences.csv"})
    CHECK(straight.file(name) == killed.file(name));
  for (const char* cell : {"toy-lenet-softmax-12-seed1", "toy-lenet-ce-12-seed2"})
    for (const char* name : {"/checkpoint.safetensors", "/exact/attack.csv", "/eval.json"}) {
      const std::string path = std::string(cell) + name;
      CAPTURE(path);
      if (path.ends_with(".safetensors"))  // which names the folder of its data
        CHECK(straight.file(path).size() == killed.file(path).size());
      else
        CHECK(straight.file(path) == killed.file(path));
    }
}

TEST_CASE("Ctrl-C ends an experiment with a line that says how to go on") {
  const ToyExperiment toy;
  const pid_t process = start_voronet(toy.arguments(toy.toml()));
  while (!std::filesystem::exists(toy.folder.path() / "out/toy-lenet-softmax-12-seed1/cell.json"))
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  kill(process, SIGINT);
  CHECK(wait_for(process) == 130);
  CHECK(toy.run(toy.toml("1")).status == 0);
}

TEST_CASE("a second process is refused while an experiment runs, in its folder and in a cell's") {
  const ToyExperiment toy;
  const pid_t first = start_voronet(toy.arguments(toy.toml()));
  while (!std::filesystem::exists(toy.folder.path() / "out/toy-lenet-softmax-12-seed1/cell.json"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(first, SIGSTOP);  // in its first cell, which a fast machine leaves before a second process looks
  check_refused(toy.run(toy.toml()), "out is being written by another process");
  check_refused(run_voronet({"train", "--resume", "--data", toy.folder.path() / "toy", "--out",
                             toy.folder / "out/toy-lenet-softmax-12-seed1"}),
                "seed1 is being written by another process");
  kill(first, SIGKILL);
  wait_for(first);
}

TEST_CASE("cells of replaced data do not stand in one table, and of several programs only with a word") {
  const ToyExperiment toy;
  REQUIRE(toy.run(toy.toml("1")).status == 0);
  CHECK(toy.file("experiment.json").find(program()) != std::string::npos);
  const std::string record = toy.folder / "out/toy-lenet-ce-12-seed1/cell.json", bytes = read_file(record);
  const std::size_t at = bytes.find("voronet 0.1.0");
  write_file(record, bytes.substr(0, at) + "voronet 0.0.9" + bytes.substr(at + 13));
  CHECK(toy.run(toy.toml("1")).out.find("Cells were made by several programs: voronet 0.0.9") !=
        std::string::npos);

  const std::string evaluation = toy.folder / "out/toy-lenet-ce-12-seed1/eval.json";
  auto changed = nlohmann::json::parse(read_file(evaluation));
  changed["train_md5"] = "0";
  write_file(evaluation, changed.dump());
  check_refused(toy.run(toy.toml("1")), "are of different data");
}

TEST_CASE("a changed file is noticed before anything runs") {
  const ToyExperiment toy;
  REQUIRE(toy.run(toy.toml("1")).status == 0);
  std::string changed = toy.toml("[1, 2]");
  changed.replace(changed.find("epochs = 6"), 10, "epochs = 7");
  check_refused(toy.run(changed), "ce-12-seed1 was made with train epochs 6, and the file now says 7: take");
  check_refused(toy.run(toy.toml("1", "goal = 'flip'\n")), "exact goal not set, and the file now says flip");
  CHECK(!std::filesystem::exists(toy.folder.path() / "out/toy-lenet-ce-12-seed2"));
}

TEST_CASE("what cannot be is refused before anything runs, by its line") {
  const ToyExperiment toy;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = toy.toml();
    text.replace(text.find(from), from.size(), to);
    return toy.run(text);
  };
  check_refused(with("images = 4", "images = 61"), "file.toml:13: exact asks for 61 images");
  check_refused(with("embedding = 20", "head = 'softmax'"), "file.toml:4: ");
  check_refused(with("[train]", "[trian]"), "file.toml:6: unknown key trian");
  check_refused(with("toy'", "none'"), "file.toml:2: ");
  check_refused(with("'ce-12'", "'duq'"), "file.toml:8: ");
  check_refused(with("exhaustive", "carving"), "file.toml:12: ");
  check_refused(toy.run(toy.toml("1", "[[attack]]\nmethod = 'certify'\npopulation = 5\n")), "file.toml:");
  check_refused(run_voronet({"experiment", toy.folder / "absent.toml"}), "absent.toml");
  // Whatever the seed of what is impossible, and whatever other folder has the name of one that is not.
  const std::string second = "[[grid]]\ndata = '" + (toy.folder / "elsewhere/toy").string() +
                             "'\nmodel = 'lenet'\nrecipe = 'softmax-12'\nseed = 7\n";
  std::string two_grids = "[" + toy.toml();
  two_grids.insert(two_grids.find("[train]"), second);
  two_grids.replace(two_grids.find("[grid]"), 6, "[grid]]");
  check_refused(toy.run(two_grids), "file.toml:7: ");
  CHECK(!std::filesystem::exists(toy.folder.path() / "out"));
}

TEST_CASE("a dry run checks and lists, the ready experiments are listed and printed") {
  const ToyExperiment toy;
  const Outcome dry = toy.run(toy.toml(), {"--dry-run"});
  CHECK(dry.status == 0);
  CHECK(dry.out.find("new   ") != std::string::npos);
  CHECK(dry.out.find("0 of 4 cells are done") != std::string::npos);
  CHECK(!std::filesystem::exists(toy.folder.path() / "out"));
  CHECK(run_voronet({"experiment", "--list"}).out.find("quick: ") != std::string::npos);
  CHECK(run_voronet({"experiment", "quick", "--print"}).out.find("[grid]") != std::string::npos);
  CHECK(run_voronet({"experiment"}).status == 2);
}

TEST_CASE("numbers of the file go to options with all their digits") {
  const ToyExperiment toy;
  const Outcome outcome =
      toy.run(toy.toml("1",
                       "[[attack]]\nmethod = 'fgsm'\nepsilon = 0.03137254901960784\nimages = 2\n"
                       "[model.lenet]\nmean = 0.1307123456789\nstd = 1e-1\n"));
  CAPTURE(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto attack = nlohmann::json::parse(toy.file("toy-lenet-softmax-12-seed1/fgsm/attack.json"));
  CHECK(attack["settings"]["epsilon"] == 0.03137254901960784);
  CHECK(toy.file("toy-lenet-softmax-12-seed1/config.toml").find("\"0.1307123456789\"") != std::string::npos);
}

TEST_CASE("names that look like numbers stay names, and links lead to folders of any name") {
  for (const std::string name : {"2024", "nan", "1e5", "a#b %41"}) {
    const ToyExperiment toy;
    std::filesystem::rename(toy.folder / "toy", toy.folder / name);
    std::string toml = toy.toml("1");
    toml.replace(toml.find("/toy'") + 1, 3, name);
    const Outcome outcome = toy.run(toml, {"--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.status == 0);
    const auto json = nlohmann::json::parse(outcome.out);
    for (const char* table : {"cells", "summary", "differences"}) CHECK(json[table][0]["data"] == name);
    CHECK(json["cells"][0]["seed"] == 1);
    CHECK(json["cells"][0]["folder"] == name + "-lenet-softmax-12-seed1");
    if (name.starts_with('a'))
      CHECK(toy.file("report.html").find("href=\"a%23b%20%2541-lenet-softmax-12-seed1/exact/report.html\"") !=
            std::string::npos);
  }
}

TEST_CASE("a cell whose folder cannot be looked at is named, and the others are made") {
  const ToyExperiment toy;
  make_folder(toy.folder / "out");
  std::filesystem::create_symlink("toy-lenet-ce-12-seed1", toy.folder / "out/toy-lenet-ce-12-seed1");
  check_refused(toy.run(toy.toml()), "toy-lenet-ce-12-seed1");
  REQUIRE(std::filesystem::remove(toy.folder / "out/toy-lenet-ce-12-seed1"));
  REQUIRE(toy.run(toy.toml("1")).status == 0);
  write_file(toy.folder / "out/toy-lenet-ce-12-seed1/eval.json", "{}");
  check_refused(toy.run(toy.toml("1")), "toy-lenet-ce-12-seed1/eval.json: damaged");
}

TEST_CASE("ranks that are interrupted all save their cells, and end with what to do") {
  const ToyExperiment toy;
  const std::string toml = toy.toml();
  const pid_t job = start_ranks(2, toy.arguments(toml));
  if (job < 0) return skipped("built without MPI");
  const auto begun = [&](const char* cell) {
    return std::filesystem::exists(toy.folder.path() / "out" / cell / "checkpoint.safetensors");
  };
  while (!begun("toy-lenet-softmax-12-seed1") || !begun("toy-lenet-ce-12-seed1"))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  for (const pid_t rank : children_of(job)) kill(rank, SIGINT);
  CHECK(wait_for(job) == 130);
  CHECK(toy.run(toml).status == 0);
}

TEST_CASE("two ranks share the cells of an experiment, and leave the files that one process leaves") {
  const ToyExperiment alone, shared;
  const auto outcome = run_ranks(2, shared.arguments(shared.toml(), {"--json"}));
  if (!outcome) return skipped("built without MPI");
  CAPTURE(outcome->err);
  REQUIRE(outcome->status == 0);
  REQUIRE(alone.run(alone.toml()).status == 0);
  CHECK(nlohmann::json::parse(outcome->out) == nlohmann::json::parse(shared.file("experiment.json")));
  for (const char* name : {"cells.csv", "summary.csv", "toy-lenet-softmax-12-seed1/exact/attack.csv",
                           "toy-lenet-ce-12-seed2/exact/attack.csv"})
    CHECK(alone.file(name) == shared.file(name));
}

TEST_CASE("a cell that fails is said and passed over, and tried again by the same command") {
  const ToyExperiment toy;
  const std::filesystem::path in_the_way = toy.folder.path() / "out/toy-lenet-ce-12-seed1";
  make_folder(in_the_way.parent_path());
  write_file(in_the_way, "not a folder");
  const Outcome outcome = toy.run(toy.toml());
  CHECK(outcome.status == 1);
  CHECK(outcome.err.find("voronet: toy-lenet-ce-12-seed1: ") == 0);
  CHECK(outcome.err.find("voronet: 1 of 4 cells failed; the same command tries them again") !=
        std::string::npos);
  CHECK(outcome.out.find("accuracy") != std::string::npos);
  std::filesystem::remove(in_the_way);
  CHECK(toy.run(toy.toml()).status == 0);
}

TEST_CASE("a cell that fails on one of two ranks is said once, and the others are made") {
  const ToyExperiment toy;
  const std::filesystem::path in_the_way = toy.folder.path() / "out/toy-lenet-ce-12-seed1";
  make_folder(in_the_way.parent_path());
  write_file(in_the_way, "not a folder");
  const auto outcome = run_ranks(2, toy.arguments(toy.toml()));
  if (!outcome) return skipped("built without MPI");
  CHECK(outcome->status == 1);
  const std::string last = "voronet: 1 of 4 cells failed";
  CHECK(outcome->err.find("cannot make the folder") != std::string::npos);
  CHECK(outcome->err.find(last) != std::string::npos);
  CHECK(outcome->err.find(last) == outcome->err.rfind(last));
  std::filesystem::remove(in_the_way);
  CHECK(toy.run(toy.toml()).status == 0);
}

TEST_CASE("only commands that share their work may be started as several processes") {
  const auto outcome = run_ranks(2, {"data", "fashion-mnist"});
  if (!outcome) return skipped("built without MPI");
  CHECK(outcome->status == 1);
  CHECK(outcome->err.find("voronet: data is one process's work") != std::string::npos);
}
