#include <voronet/apps/attack/pictures.h>
#include <voronet/apps/attack/record.h>
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>
#include <voronet/core/version.h>
#include <voronet/layers/checkpoint.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iterator>
#include <sstream>
#include <thread>

#include "support/cifar_files.h"
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

Arguments words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

// A small network, trained for some epochs, and its data.
struct ToyNetwork {
  ToyNetwork() {
    write_idx_files(folder.path(), toy_data(600, 1), toy_data(60, 2));
    REQUIRE(run_voronet({"train", "--data", folder.path(), "--head", "softmax", "--epochs", "4", "--out",
                         folder / "run", "--quiet"})
                .status == 0);
  }
  // With these options, in a line, and more.
  Arguments attack_by(const std::string& options, const std::string& out, const Arguments& more = {}) const {
    Arguments all = {"attack",      "--checkpoint", folder / "run", "--data",
                     folder.path(), "--quiet",      "--out",        folder / out};
    for (const Arguments& some : {words(options), more}) all.insert(all.end(), some.begin(), some.end());
    return all;
  }
  Arguments attack(const std::string& out, const Arguments& more = {}) const {
    return attack_by("--images 12 --population 20 --generations 3 --seed 5 --tau 0", out, more);
  }
  // The first three images by another method.
  Arguments method(const std::string& name, const std::string& out, const Arguments& more = {}) const {
    return attack_by("--images 3 --method " + name, out, more);
  }
  AttackRecord record(const std::string& out) const {
    return read_attack_record(folder.path() / out / "attack.json");
  }

  TemporaryFolder folder;
};

void check_wrong_use(const Arguments& arguments, int status, const char* part) {
  const Outcome outcome = run_voronet(arguments);
  INFO(outcome.err);
  CHECK(outcome.status == status);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("voronet: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("an attack prints one JSON object, leaves its files, and repeats row for row") {
  const ToyNetwork toy;
  const Outcome outcome = run_voronet(toy.attack("a", {"--json"}));
  REQUIRE(outcome.status == 0);
  CHECK(outcome.err.empty());
  const Json printed = Json::parse(outcome.out);
  CHECK(printed["attacked"] == 12);
  CHECK(printed["images"].size() == 12);
  CHECK(printed == Json::parse(read_file(toy.folder / "a/attack.json")));
  for (const char* file : {"a/attack.csv", "a/report.html", "a/rows.jsonl"})
    CHECK(fs::exists(toy.folder / file));

  REQUIRE(run_voronet(toy.attack("b", {"--threads", "1"})).status == 0);
  CHECK(toy.record("a").run.rows == toy.record("b").run.rows);
}

TEST_CASE("an attack that is killed and resumed ends with the rows of one that was not") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.attack("whole")).status == 0);
  Random random(3);
  for (int kills = 0; kills < 6; ++kills) {
    const pid_t process = start_voronet(toy.attack("killed", {"--resume"}));
    std::this_thread::sleep_for(std::chrono::duration<double>(random.uniform(0, 0.3)));
    kill(process, SIGKILL);
    wait_for(process);
  }
  REQUIRE(run_voronet(toy.attack("killed", {"--resume"})).status == 0);
  CHECK(toy.record("killed").run.rows == toy.record("whole").run.rows);
}

TEST_CASE("ranks share the images of an attack, whose rows are those of one process") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.attack("one")).status == 0);
  for (const int count : {2, 4}) {
    const std::string out = std::to_string(count);
    const auto outcome = run_ranks(count, toy.attack(out, {"--json"}));
    if (!outcome) return skipped("built without MPI");
    CAPTURE(outcome->err);
    REQUIRE(outcome->status == 0);
    CHECK(Json::parse(outcome->out) == Json::parse(read_file(toy.folder / (out + "/attack.json"))));
    CHECK(toy.record(out).run.rows == toy.record("one").run.rows);
    CHECK(read_file(toy.folder / (out + "/attack.csv")) == read_file(toy.folder / "one/attack.csv"));
  }
  // What two ranks left when they were killed, one process takes up, and three ranks take further.
  const std::string stored = read_file(toy.folder / "2/rows-1.jsonl");
  write_file(toy.folder / "2/rows-1.jsonl", stored.substr(0, stored.size() / 2));
  REQUIRE(run_voronet(toy.attack("2", {"--resume"})).status == 0);
  CHECK(toy.record("2").run.rows == toy.record("one").run.rows);
  REQUIRE(run_voronet(toy.attack("one", {"--images", "15", "--resume"})).status == 0);
  REQUIRE(run_ranks(3, toy.attack("2", {"--images", "15", "--resume"}))->status == 0);
  CHECK(toy.record("2").run.rows == toy.record("one").run.rows);

  const auto refused = run_ranks(2, toy.attack("2"));
  CHECK(refused->status == 1);
  CHECK(refused->err.find("already holds an attack") != std::string::npos);
}

TEST_CASE("ranks share the batches of a gradient attack, whose rows are those of one process") {
  const ToyNetwork toy;
  const Arguments images = {"--images", "40"};
  REQUIRE(run_voronet(toy.method("fgsm", "one", images)).status == 0);
  const auto outcome = run_ranks(2, toy.method("fgsm", "two", images));
  if (!outcome) return skipped("built without MPI");
  REQUIRE(outcome->status == 0);
  CHECK(toy.record("two").run.rows == toy.record("one").run.rows);
}

TEST_CASE("a finished attack is taken further or summed up shorter, one with other settings is left alone") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.attack("a", {"--images", "5"})).status == 0);
  const AttackRecord five = toy.record("a");
  REQUIRE(run_voronet(toy.attack("a", {"--resume"})).status == 0);
  CHECK(toy.record("a").run.rows.size() == 12);
  REQUIRE(run_voronet(toy.attack("a", {"--images", "5", "--resume"})).status == 0);
  CHECK(Json(toy.record("a")) == Json(five));
  REQUIRE(run_voronet(toy.attack("a", {"--images", "15", "--resume"})).status == 0);
  CHECK(toy.record("a").run.rows.size() == 15);
  check_wrong_use(toy.attack("a"), 1, "already holds an attack");
  check_wrong_use(toy.attack("a", {"--resume", "--pixels", "2"}), 1, "other settings");
}

TEST_CASE("a targeted attack aims at every other class") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.attack("a", {"--targeted"})).status == 0);
  CHECK(toy.record("a").run.rows.size() == 12 * 9);
}

TEST_CASE("a census counts the flips of each image, draws them, and goes on when resumed") {
  const ToyNetwork toy;
  const auto census = [&](const std::string& out, const Arguments& more = {}) {
    return toy.attack_by("--method exhaustive --census --tau 0", out, more);
  };
  REQUIRE(run_voronet(census("a", {"--images", "1"})).status == 0);
  REQUIRE(run_voronet(census("a", {"--images", "3", "--resume"})).status == 0);
  REQUIRE(run_voronet(census("b", {"--images", "3"})).status == 0);
  const AttackRecord record = toy.record("a");
  CHECK(record.run.rows == toy.record("b").run.rows);
  for (const AttackRow& row : record.run.rows) {
    REQUIRE(row.census.has_value());
    CHECK((row.census->adversarial() > 0) == row.flip());
    CHECK((row.census->adversarial_confident() > 0) == row.confident_flip());
    CHECK(fs::exists(picture(toy.folder / "a", row, "census")));
  }
  CHECK(record.threat_model.find("all counted") != std::string::npos);
  check_wrong_use(census("a", {"--images", "3", "--resume", "--goal", "flip"}), 1, "other settings");
  check_wrong_use(census("c", {"--pixels", "2"}), 1,
                  "--pixels is for --method one-pixel, corners, sparse-rs, exact, not for exhaustive");
  check_wrong_use(census("c", {"--population", "9"}), 1, "for --method one-pixel");
  check_wrong_use(toy.attack("c", {"--census"}), 1, "for --method exhaustive");
}

TEST_CASE("corners attack from the command line, with more pixels too") {
  const ToyNetwork toy;
  for (const char* pixels : {"1", "3"}) {
    const std::string out = text("corners", pixels);
    REQUIRE(run_voronet(toy.attack_by("--images 2 --method corners", out, {"--pixels", pixels})).status == 0);
    CHECK(toy.record(out).run.rows.size() == 2);
    CHECK(toy.record(out).settings["method"] == "corners");
  }
}

TEST_CASE("a sparse random search attacks from the command line within its queries") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.method("sparse-rs", "a", {"--pixels", "5", "--queries", "50"})).status == 0);
  const AttackRecord record = toy.record("a");
  CHECK(record.run.rows.size() == 3);
  for (const AttackRow& row : record.run.rows) CHECK(row.queries <= 50);
  CHECK(record.settings["queries"] == 50);
  CHECK(record.threat_model.find("up to 5 pixels") != std::string::npos);
}

TEST_CASE("fitness and batch say how differential evolution goes, and are kept with its settings") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.attack("published", {"--preset", "hess2020"})).status == 0);
  const AttackRecord published = toy.record("published");
  CHECK(published.settings["fitness"] == "confidence");
  CHECK(published.settings["batch"] == 0);
  for (const AttackRow& row : published.run.rows) CHECK(row.queries % 20 == 0);  // whole generations

  const Arguments sparing = {"--preset", "hess2020", "--fitness", "margin", "--batch", "7"};
  REQUIRE(run_voronet(toy.attack("sparing", sparing)).status == 0);
  const AttackRecord of_sparing = toy.record("sparing");
  CHECK(of_sparing.settings["fitness"] == "margin");
  CHECK(of_sparing.settings["batch"] == 7);
  CHECK(of_sparing.run.queries < published.run.queries);  // nothing is asked twice

  check_wrong_use(toy.attack("a", {"--fitness", "luck"}), 2, "luck");
  check_wrong_use(toy.attack("a", {"--batch", "-1"}), 2, "--batch");
  check_wrong_use(toy.attack("a", {"--published-stopping", "--batch", "7"}), 1, "whole generations");
  check_wrong_use(toy.method("corners", "a", {"--fitness", "margin"}), 1, "for --method one-pixel");
}

TEST_CASE("an attack goes on only with its own network, options and seed") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.attack("a")).status == 0);
  check_wrong_use(toy.attack("a", {"--resume", "--seed", "6"}), 1, "other settings");
  check_wrong_use(toy.attack("a", {"--resume", "--goal", "flip"}), 1, "other settings");
  check_wrong_use(toy.attack("a", {"--resume", "--start", "2"}), 1, "other settings");
  REQUIRE(run_voronet({"train", "--data", toy.folder.path(), "--head", "softmax", "--epochs", "5", "--out",
                       toy.folder / "run", "--resume", "--quiet"})
              .status == 0);  // another checkpoint at the same place
  check_wrong_use(toy.attack("a", {"--resume"}), 1, "other settings");
}

TEST_CASE("an attack goes on only with its own program and data, and names what differs") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.attack("a")).status == 0);
  const AttackRecord record = toy.record("a");
  CHECK(record.settings["program"] == program());
  CHECK(record.threads >= 1);
  for (const char* constant :
       {"scale_low", "scale_high", "crossover", "memory", "archive", "base", "adaptation"})
    CHECK_MESSAGE(record.settings.contains(constant), constant);
  check_wrong_use(toy.attack("a", {"--resume", "--seed", "6"}), 1, "seed 5, not 6");

  const std::string rows = toy.folder / "a/rows.jsonl", bytes = read_file(rows);
  const std::size_t at = bytes.find("voronet 0.1.0");
  write_file(rows, bytes.substr(0, at) + "voronet 0.0.9" + bytes.substr(at + 13));
  check_wrong_use(toy.attack("a", {"--resume"}), 1, "program \"voronet 0.0.9");
  write_file(rows, bytes);
  CHECK(run_voronet(toy.attack("a", {"--resume"})).status == 0);
  std::string pixels = read_file(toy.folder / "t10k-images-idx3-ubyte");
  pixels.back() ^= 1;
  write_file(toy.folder / "t10k-images-idx3-ubyte", pixels);
  check_wrong_use(toy.attack("a", {"--resume"}), 1, "data_md5");
}

TEST_CASE("every constant of a method is among its settings") {
  const ToyNetwork toy;
  const std::pair<const char*, std::vector<const char*>> methods[] = {
      {"corners", {"moves", "refined", "combinations", "goal", "tau"}},
      {"sparse-rs", {"alpha", "queries", "goal", "tau"}},
      {"cw", {"first_weight", "rate", "rounds", "margin", "tau"}},
      {"pgd-l2", {"norm", "epsilon", "step_size", "sparsity", "tau"}},
      {"exhaustive", {"census", "goal", "tau"}}};
  for (const auto& each : methods) {
    const std::string method = each.first;
    REQUIRE(run_voronet(toy.method(method, method, {"--images", "1"})).status == 0);
    for (const char* constant : each.second)
      CHECK_MESSAGE(toy.record(method).settings.contains(constant), method, constant);
  }
}

TEST_CASE("of two attacks that write one folder the second is refused") {
  const ToyNetwork toy;
  const Arguments endless = {"--goal",        "flip",    "--preset", "hess2020",
                             "--generations", "1000000", "--images", "40"};
  const pid_t first = start_voronet(toy.attack("a", endless));
  while (!fs::exists(toy.folder / "a/rows.jsonl")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  check_wrong_use(toy.attack("a", {"--resume"}), 1, "is being written by another process");
  check_wrong_use(toy.method("fgsm,cw", "a"), 1, "is being written by another process");
  kill(first, SIGKILL);
  wait_for(first);
}

TEST_CASE("networks are attacked into folders of their own, within --out") {
  const ToyNetwork toy;
  const fs::path before = fs::current_path();
  make_folder(toy.folder / "run/sub");
  make_folder(toy.folder / "b");
  fs::copy_file(toy.folder / "run/checkpoint.safetensors", toy.folder / "b/checkpoint.safetensors");
  fs::current_path(toy.folder / "run/sub");
  const auto attack = [&](const std::string& first, const std::string& second) {
    return Arguments{"attack", "--checkpoint", first,  second,  "--data", toy.folder.path(), "--images",
                     "1",      "--method",     "fgsm", "--out", "out",    "--quiet"};
  };
  check_wrong_use(attack("..", "../../run/"), 1, "two networks are called run");
  REQUIRE(run_voronet(attack("..", "../../b/")).status == 0);
  CHECK(fs::exists("out/run/attack.json"));
  CHECK(fs::exists("out/b/attack.json"));
  CHECK(std::distance(fs::directory_iterator("."), {}) == 1);
  fs::remove_all("out");
  make_folder("out/b");
  fs::create_directory_symlink("b", "out/run");
  check_wrong_use(attack("..", "../../b"), 1, "their folders would be one");
  fs::current_path(before);
}

TEST_CASE("an attack that has nothing to do, or cannot be, says so in one line") {
  const ToyNetwork toy;
  check_wrong_use(toy.attack("a", {"--start", "60"}), 1, "only such are attacked");
  check_wrong_use(toy.attack("a", {"--tau", "1"}), 1, "--goal flip");
  CHECK(!fs::exists(toy.folder / "a"));
  REQUIRE(run_voronet(toy.attack("a", {"--tau", "1", "--goal", "flip"})).status == 0);
  for (const char* method : {"one-pixel", "corners", "sparse-rs"})
    check_wrong_use(toy.method(method, method, {"--pixels", "257"}), 1, "257 pixels of an image of 16 x 16");
}

TEST_CASE(
    "methods for gray images say what to use for colour, and certificates show no flips nobody looked for") {
  const TemporaryFolder folder;
  write_cifar10_files(folder.path());
  std::string one_image_of_every_class;  // so that the network gets one right
  for (char label = 0; label < 10; ++label) one_image_of_every_class += cifar_record({label}, 0);
  write_file(folder / "test_batch.bin", one_image_of_every_class);
  Random random(1);
  Classifier network({.model = "resnet18", .model_width = 2, .height = 32, .width = 32, .channels = 3},
                     random);
  write_safetensors(folder / "network.safetensors", save_classifier(network));
  const auto attack = [&](const std::string& method) {
    Arguments all = words("attack --images 1 --quiet --method " + method);
    all.insert(all.end(), {"--checkpoint", folder / "network.safetensors", "--data", folder.path(), "--out",
                           folder / "a"});
    return all;
  };
  check_wrong_use(attack("exhaustive --goal flip"), 1, "it is for gray images, use corners");
  check_wrong_use(attack("line"), 1, "over the reals, it is for gray images, use bytes");

  const Outcome certified = run_voronet(attack("certify"));
  REQUIRE(certified.status == 0);
  CHECK(certified.out.find("\n-   ") != std::string::npos);
  CHECK(certified.out.find("Certified: 0 ") != std::string::npos);
}

TEST_CASE("gradient attacks of several networks and methods have a folder each, and one table") {
  const ToyNetwork toy;
  fs::copy(toy.folder / "run/checkpoint.safetensors", toy.folder / "copy.safetensors");
  const auto gradient = [&](const std::string& out, const Arguments& more = {}) {
    Arguments with_copy = {"--checkpoint", toy.folder / "copy.safetensors"};
    with_copy.insert(with_copy.end(), more.begin(), more.end());
    return toy.attack_by("--method fgsm,cw --epsilon 0.3 --iterations 5 --images 20", out, with_copy);
  };
  const Outcome outcome = run_voronet(gradient("a"));
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out.starts_with("network  method"));
  const AttackRecord record = toy.record("a/copy/fgsm");
  CHECK(record.run.rows.size() == 20);
  CHECK(record.run.rows == toy.record("a/run/fgsm").run.rows);
  CHECK(record.settings["epsilon"] == 0.3);
  const auto flips = std::count_if(record.run.rows.begin(), record.run.rows.end(),
                                   [](const AttackRow& row) { return row.perturbation.has_value(); });
  REQUIRE(flips > 0);
  CHECK(read_safetensors(toy.folder / "a/run/fgsm/adversarial.safetensors").tensors.at("images").dim(0) ==
        flips);
  CHECK(read_file(toy.folder / "a/report.html").find("href=\"copy/cw/report.html\"") != std::string::npos);

  // Interrupted after some images, and at another number of threads: the same rows.
  REQUIRE(run_voronet(gradient("b", {"--images", "7", "--threads", "1"})).status == 0);
  const Outcome resumed = run_voronet(gradient("b", {"--resume", "--json"}));
  REQUIRE(resumed.status == 0);
  CHECK(Json::parse(resumed.out)["attacks"].size() == 4);
  CHECK(toy.record("b/run/cw").run.rows.size() == 20);
  REQUIRE(run_voronet(gradient("c", {"--threads", "3"})).status == 0);
  CHECK(toy.record("c/run/cw").run.rows == toy.record("a/run/cw").run.rows);

  check_wrong_use(gradient("d", {"--census"}), 1,
                  "--census is for --method exhaustive, exact, not for fgsm, cw");
  check_wrong_use(gradient("d", {"--checkpoint", toy.folder / "run", toy.folder / "run"}), 1,
                  "two networks are called run");
}

TEST_CASE("of several gradient methods each heeds its own options, and its record says which") {
  const ToyNetwork toy;
  const auto run = [&](const std::string& method, const Arguments& more) {
    return toy.attack_by("--images 5 --steps 3 --method " + method, "out", more);
  };
  REQUIRE(run_voronet(run("fgsm,pgd-linf,apgd-linf",
                          {"--random-start", "--restarts", "2", "--step-size", "0.05", "--only-result"}))
              .status == 0);
  const auto settings = [&](const std::string& method) { return toy.record("out/" + method).settings; };
  const Json one = settings("fgsm"), fixed = settings("pgd-linf"), halved = settings("apgd-linf");
  CHECK((one["steps"] == 1 && one["step_size"] == 0.1 && one["restarts"] == 1));
  CHECK((one["random_start"] == false && one["seed"] == 0));
  CHECK((fixed["step_rule"] == "fixed" && fixed["step_size"] == 0.05 && fixed["only_result"] == true));
  CHECK((fixed["restarts"] == 2 && fixed["random_start"] == true && fixed["seed"] == 1));
  CHECK((halved["step_rule"] == "apgd" && halved["step_size"] == 0.2 && halved["only_result"] == false));
  check_wrong_use(run("apgd-linf", {"--step-size", "0.2"}), 1,
                  "--step-size is for --method pgd-linf, pgd-l2, sparse-l1, not for apgd-linf");
  check_wrong_use(run("apgd-l2", {"--only-result"}), 1, "--only-result is for --method");
  check_wrong_use(toy.method("fgsm", "out", {"--restarts", "2"}), 1, "--restarts is for --method");
}

TEST_CASE("proofs from the command line agree with the exhaustive search, and go on when resumed") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.method("exhaustive", "exact", {"--census"})).status == 0);
  const std::vector<AttackRow> truth = toy.record("exact").run.rows;
  REQUIRE(run_voronet(toy.method("exact", "same", {"--census"})).status == 0);
  CHECK(toy.record("same").run.rows == truth);
  for (const std::string method : {"certify", "line"}) {
    CAPTURE(method);
    REQUIRE(run_voronet(toy.method(method, method, {"--images", "1"})).status == 0);
    const Outcome outcome = run_voronet(toy.method(method, method, {"--resume"}));
    REQUIRE(outcome.status == 0);
    CHECK(outcome.out.find("Certified: ") != std::string::npos);
    const AttackRecord record = toy.record(method);
    REQUIRE(record.run.rows.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      const AttackRow &row = record.run.rows[i], &exact = truth[i];
      CHECK(row.census == exact.census);
      CHECK(row.flip() == exact.flip());
      REQUIRE(row.proof.has_value());
      CHECK_FALSE((row.proof->certified && exact.flip()));
      CHECK(fs::exists(picture(toy.folder / method, row, "proof")));
    }
    CHECK(read_file(toy.folder / method / "report.html").find("Proofs") != std::string::npos);
  }
  REQUIRE(run_voronet(toy.method("exact", "pairs", {"--pixels", "2", "--images", "1"})).status == 0);
  const AttackRow pair = toy.record("pairs").run.rows.front();
  CHECK(pair.proof->search->undecided == 0);
  CHECK_FALSE((pair.proof->certified && truth.front().flip()));
  check_wrong_use(toy.method("line", "no", {"--census"}), 1, "for --method exhaustive");
  check_wrong_use(toy.method("line", "no", {"--targeted"}), 1, "not that it misses a target");
}

TEST_CASE("all methods of one pixel bound a network from both sides, in one table") {
  const ToyNetwork toy;
  const Outcome outcome = run_voronet(toy.method("all", "all"));
  REQUIRE(outcome.status == 0);
  const std::size_t found = outcome.out.find("found: one-pixel, corners"),
                    exact = outcome.out.find("exact: exhaustive"),
                    certified = outcome.out.find("not certified: certify"),
                    line = outcome.out.find("not certified: line");
  CHECK(found < exact);
  CHECK(exact < certified);
  CHECK(certified < line);
  CHECK(line != std::string::npos);
  std::istringstream lines(outcome.out);
  for (std::string each; std::getline(lines, each);)
    CHECK(each.size() <= 80 + (toy.folder / "").string().size());
  CHECK(read_file(toy.folder / "all" / "report.html").find("<h2>Bounds</h2>") != std::string::npos);

  const Outcome json = run_voronet(toy.method("all", "all", {"--resume", "--json"}));
  REQUIRE(json.status == 0);
  const Json bounds = Json::parse(json.out)["bounds"][0];
  const auto flips = [](const Json& layer) { return layer["flips"]["count"].get<int>(); };
  CHECK(flips(bounds["found"]) <= flips(bounds["exact"]));
  CHECK(flips(bounds["exact"]) <= flips(bounds["not_certified"][0]));
  CHECK(bounds["not_certified"].size() == 2);
  CHECK(bounds["exact"]["flips"]["of"] == 3);

  const Outcome searches = run_voronet(toy.method("one-pixel,corners", "searches"));
  CHECK(searches.status == 0);
  CHECK(searches.out.find("certified") == std::string::npos);
}

TEST_CASE("a report compares runs in a table of at most 80 columns and one page") {
  const ToyNetwork toy;
  REQUIRE(run_voronet(toy.attack("run/attack")).status == 0);
  const Outcome outcome =
      run_voronet({"report", toy.folder / "run", toy.folder / "run", "--out", toy.folder / "report.html"});
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out.starts_with("head"));
  CHECK(outcome.out.find("softmax 2 ") != std::string::npos);
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
  CHECK(read_file(toy.folder / "report.html").find("Training loss") != std::string::npos);
}

TEST_CASE("wrong use and bad files give one clear line") {
  const ToyNetwork toy;
  check_wrong_use({}, 2, "subcommand is required");
  check_wrong_use({"attack", "--nonsense"}, 2, "--");
  check_wrong_use({"paint"}, 2, "paint");
  check_wrong_use({"data", "imagenet"}, 2, "imagenet");
  check_wrong_use(toy.attack("a", {"--method", "magic"}), 2, "magic");
  check_wrong_use(toy.attack("a", {"--preset", "magic"}), 2, "magic");
  check_wrong_use(
      {"attack", "--checkpoint", "/nowhere", "--data", toy.folder.path(), "--out", toy.folder / "a"}, 1,
      "/nowhere");
  check_wrong_use(
      {"attack", "--checkpoint", toy.folder / "run", "--data", "nothing", "--out", toy.folder / "a"}, 1,
      "nothing");
  check_wrong_use({"report", toy.folder / "absent"}, 2, "absent");
  check_wrong_use({"report", toy.folder.path()}, 1, "checkpoint.safetensors");
  write_file(toy.folder / "f", "");
  check_wrong_use(toy.attack("f/a"), 1, "cannot make the folder");
}

TEST_CASE("options come from a file too, and those of the command line go before") {
  const ToyNetwork toy;
  write_file(toy.folder / "c.toml",
             text("[attack]\ncheckpoint = \"", (toy.folder / "run").string(), "\"\ndata = \"",
                  toy.folder.path().string(), "\"\nimages = 3\npopulation = 20\ngenerations = 1\n"));
  REQUIRE(run_voronet({"--config", toy.folder / "c.toml", "attack", "--out", toy.folder / "a", "--quiet"})
              .status == 0);
  CHECK(toy.record("a").run.rows.size() == 3);
  REQUIRE(run_voronet({"attack", "--config", toy.folder / "c.toml", "--images", "2", "--out",
                       toy.folder / "b", "--quiet"})
              .status == 0);
  CHECK(toy.record("b").run.rows.size() == 2);
}
