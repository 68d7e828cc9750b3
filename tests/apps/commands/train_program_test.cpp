#include <voronet/core/csv.h>
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>
#include <voronet/data/content_md5.h>
#include <voronet/data/datasets.h>
#include <voronet/data/idx.h>
#include <voronet/data/png.h>
#include <voronet/optim/training/trainer.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "support/cifar_files.h"
#include "support/environment.h"
#include "support/idx_files.h"
#include "support/program.h"
#include "support/sixteen_bit_png.h"
#include "support/skip.h"
#include "support/toy_data.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

struct ToyRun {
  ToyRun() { write_idx_files(folder.path(), toy_data_of_ten_classes(600, 1), toy_data(60, 2)); }

  // Saving after every batch makes a kill in the middle of writing likely.
  std::vector<std::string> train(const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"train",    "--data",    folder.path(), "--head",     "softmax",
                                    "--epochs", "4",         "--out",       folder / out, "--save-seconds",
                                    "0",        "--threads", "2",           "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::filesystem::path checkpoint(const std::string& out) const {
    return folder.path() / out / "checkpoint.safetensors";
  }

  TemporaryFolder folder;
};

std::string one_line(const std::string& text) {
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  return text;
}

}  // namespace

TEST_CASE("networks of every head are trained, evaluated and attacked") {
  const ToyRun toy;
  for (const std::string head : {"softmax", "gauss", "duq", "ddu"}) {
    CAPTURE(head);
    const std::string run = toy.folder / head;
    CHECK(run_voronet({"train", "--data", toy.folder.path(), "--head", head, "--epochs", "2", "--out", run,
                       "--quiet"})
              .status == 0);
    CHECK(run_voronet({"eval", "--checkpoint", run, "--data", toy.folder.path(), "--quiet"}).status == 0);
    CHECK(run_voronet({"attack", "--checkpoint", run, "--data", toy.folder.path(), "--images", "2",
                       "--method", "fgsm,sparse-rs", "--out", run + "/attack", "--quiet"})
              .status == 0);
  }
  const auto settings = read_safetensors(toy.checkpoint("ddu")).metadata;
  CHECK(settings.at("head") == "ddu");
  CHECK(settings.at("spectral_norm") == "3");
}

TEST_CASE(
    "training ends, with the same bits, where OpenMP gives fewer threads than are asked for or is asked for "
    "too many") {
  const ToyRun toy;
  REQUIRE(run_voronet(toy.train("plain")).status == 0);
  const std::string expected = read_file(toy.checkpoint("plain"));
  struct Variable {
    const char *name, *value;
  };
  const Variable settings[] = {{"OMP_THREAD_LIMIT", "1"},
                               {"OMP_MAX_ACTIVE_LEVELS", "0"},
                               {"OMP_DYNAMIC", "true"},
                               {"OMP_PROC_BIND", "true"},
                               {"OMP_NUM_THREADS", "100000"}};
  for (const Variable& set : settings) {
    CAPTURE(set.name);
    const Environment environment(set.name, set.value);
    CHECK(run_voronet(toy.train(set.name)).status == 0);
    CHECK(read_file(toy.checkpoint(set.name)) == expected);
  }
}

TEST_CASE("the library trains a Gauss network to the bytes of voronet train's checkpoint") {
  const ToyRun toy;
  CHECK(run_voronet({"train", "--data", toy.folder.path(), "--head", "gauss", "--embedding", "8", "--epochs",
                     "2", "--seed", "3", "--out", toy.folder / "program", "--quiet"})
            .status == 0);

  const data::Dataset data = data::load(toy.folder.path().string(), data::Split::train);
  const ClassifierConfig config = {.embedding = 8,
                                   .classes = data.classes,
                                   .height = data.images.height,
                                   .width = data.images.width,
                                   .mean = data.mean,
                                   .deviation = data.deviation};
  Trainer trainer(recipe("ce-2022"), config, data, 3);
  while (trainer.epoch() < 2) trainer.train_epoch();
  TensorFile file = trainer.save();
  file.metadata["source"] = toy.folder.path().string();  // what the program adds
  file.metadata["epochs"] = "2";
  file.metadata["test_md5"] = data::content_md5(data::load(toy.folder.path().string(), data::Split::test));
  write_safetensors(toy.folder / "library.safetensors", file);
  CHECK(read_file(toy.folder / "library.safetensors") == read_file(toy.checkpoint("program")));
}

TEST_CASE("more threads than make any sense are refused") {
  const ToyRun toy;
  for (const std::string threads : {"0", "100000", "2147483647", "99999999999"}) {
    const Outcome outcome = run_voronet(toy.train("none", {"--threads", threads}));
    CHECK(outcome.status == 2);
    CHECK(one_line(outcome.err).find("--threads") != std::string::npos);
  }
}

TEST_CASE("training that is killed at 20 random moments and resumed ends with the same bits") {
  const ToyRun toy;
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(run_voronet(toy.train("whole")).status == 0);
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
  const std::string expected = read_file(toy.checkpoint("whole"));

  Random random(11);
  int kills = 0, attempts = 0, runs = 0;
  while (kills < 20 && attempts < 200) {
    const std::string out = text("run", runs);
    const pid_t process = start_voronet(toy.train(out, {"--resume"}));
    std::this_thread::sleep_for(random.uniform(0, 1.2) * whole);
    kill(process, SIGKILL);
    const int status = wait_for(process);
    ++attempts;
    kills += status == -SIGKILL;
    if (std::filesystem::exists(toy.checkpoint(out))) CHECK_NOTHROW(read_safetensors(toy.checkpoint(out)));
    if (status == 0 || attempts % 5 == 0) {
      CHECK(run_voronet(toy.train(out, {"--resume"})).status == 0);
      CHECK(read_file(toy.checkpoint(out)) == expected);
      ++runs;
    }
  }
  CHECK(kills == 20);
}

TEST_CASE("an interrupt saves, says how to go on, and loses nothing") {
  const ToyRun toy;
  REQUIRE(run_voronet(toy.train("whole")).status == 0);
  const pid_t process = start_voronet(toy.train("stopped"));
  while (!std::filesystem::exists(toy.checkpoint("stopped")))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(process, SIGINT);
  CHECK(wait_for(process) == 130);
  CHECK(run_voronet({"train", "--resume", "--out", toy.folder / "stopped", "--save-seconds", "0", "--quiet"})
            .status == 0);
  CHECK(read_file(toy.checkpoint("stopped")) == read_file(toy.checkpoint("whole")));
}

TEST_CASE("a finished run can be resumed further, and its rows of metrics are whole") {
  const ToyRun toy;
  REQUIRE(run_voronet(toy.train("run")).status == 0);
  REQUIRE(
      run_voronet({"train", "--resume", "--out", toy.folder / "run", "--epochs", "5", "--quiet"}).status ==
      0);
  const std::string metrics = read_file(toy.folder.path() / "run" / "metrics.csv");
  CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 6);
}

TEST_CASE("images of CIFAR's kind are normalised and augmented unless told otherwise, also when resumed") {
  const TemporaryFolder folder;
  write_cifar10_files(folder.path());
  const auto train = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> all = {"train", "--data", folder.path(), "--out", folder / out, "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    CHECK(run_voronet(all).status == 0);
    return read_safetensors(folder.path() / out / "checkpoint.safetensors").metadata;
  };
  const auto usual = train("usual", {"--epochs", "1"});
  CHECK(usual.at("augment") == "crop-flip");
  CHECK(usual.at("mean") == "0.4914,0.4822,0.4465");
  CHECK(usual.at("std") == "0.2023,0.1994,0.201");
  const std::vector<std::string> told = {"--epochs", "1", "--augment", "none", "--mean", "0.5,0.4,0.3"};
  CHECK(train("told", told).at("augment") == "none");
  CHECK(read_file(folder.path() / "told" / "config.toml").find("augment = \"none\"") != std::string::npos);
  const auto resumed = train("told", {"--epochs", "2", "--resume"});
  CHECK(resumed.at("augment") == "none");
  CHECK(resumed.at("mean") == "0.5,0.4,0.3");
  CHECK(resumed.at("std") == "0.2023,0.1994,0.201");
}

TEST_CASE("a run goes on only with its own settings and data, whose differences are named") {
  const ToyRun toy;
  REQUIRE(run_voronet(toy.train("run", {"--embedding", "20"})).status == 0);
  const std::string before = read_file(toy.checkpoint("run"));
  const auto resume = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = {"train", "--resume", "--out", toy.folder / "run", "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = run_voronet(all);
    CHECK(outcome.status == 1);
    CHECK(read_file(toy.checkpoint("run")) == before);
    return one_line(outcome.err);
  };
  struct Change {
    const char *option, *value, *difference;
  };
  const Change changes[] = {{"--mean", "0.4", "mean 0.5, not 0.4"},
                            {"--std", "0.3", "std 1, not 0.3"},
                            {"--final-relu", "off", "final_relu on, not off"},
                            {"--spectral-norm", "2", "spectral_norm 0, not 2"},
                            {"--embedding", "12", "embedding 20, not 12"},
                            {"--seed", "2", "seed 1, not 2"},
                            {"--batch", "64", "batch 128, not 64"},
                            {"--augment", "crop-flip", "augment none, not crop-flip"},
                            {"--model", "resnet18", "model lenet, not resnet18"}};
  for (const Change& change : changes)
    CHECK_MESSAGE(
        resume({change.option, change.value, "--epochs", "5"}).find(change.difference) != std::string::npos,
        change.option);
  CHECK(resume({"--head", "gauss"}).find("softmax") != std::string::npos);
  CHECK(resume({"--recipe", "softmax-12"}).find("recipe softmax, not softmax-12") != std::string::npos);
  CHECK(run_voronet({"train", "--resume", "--out", toy.folder / "run", "--quiet", "--mean", "0.50",
                     "--threads", "1", "--save-seconds", "1"})
            .status == 0);

  // Another data set under the same name.
  const auto copy = [&](const char* from, const char* to) {
    std::filesystem::copy_file(toy.folder / from, toy.folder / to,
                               std::filesystem::copy_options::overwrite_existing);
  };
  copy("t10k-labels-idx1-ubyte", "kept");
  std::string labels = read_file(toy.folder / "t10k-labels-idx1-ubyte");
  labels.back() ^= 1;
  write_file(toy.folder / "t10k-labels-idx1-ubyte", labels);
  CHECK(resume({}).find("was trained with test_md5 ") != std::string::npos);
  copy("kept", "t10k-labels-idx1-ubyte");
  std::string pixels = read_file(toy.folder / "train-images-idx3-ubyte");
  pixels.back() ^= 1;
  write_file(toy.folder / "train-images-idx3-ubyte", pixels);
  CHECK(resume({}).find("was trained with data_md5 ") != std::string::npos);
}

TEST_CASE("of two processes that write one folder the second is refused") {
  const ToyRun toy;
  const pid_t first = start_voronet(toy.train("run", {"--epochs", "1000"}));
  while (!std::filesystem::exists(toy.checkpoint("run")))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--resume"}, {}, {"--seed", "2"}}) {
    const Outcome second = run_voronet(toy.train("run", more));
    CHECK(second.status == 1);
    CHECK(one_line(second.err).find("is being written by another process") != std::string::npos);
  }
  kill(first, SIGKILL);
  wait_for(first);
  CHECK(run_voronet(toy.train("run", {"--resume", "--epochs", "1"})).status == 0);
}

TEST_CASE("a run trained by another program goes on, and says so") {
  const ToyRun toy;
  REQUIRE(run_voronet(toy.train("run")).status == 0);
  TensorFile file = read_safetensors(toy.checkpoint("run"));
  file.metadata["program"] = "voronet 9";
  write_safetensors(toy.checkpoint("run"), file);
  const Outcome outcome = run_voronet(toy.train("run", {"--resume", "--epochs", "5"}));
  CHECK(outcome.status == 0);
  CHECK(one_line(outcome.err).find("was trained by voronet 9, then voronet 0.1.0") != std::string::npos);
  CHECK(read_file(toy.folder / "run/report.html").find("voronet 9, then voronet 0.1.0") != std::string::npos);
}

TEST_CASE("names that no file could hold are refused before training, other files get replacements") {
  const ToyRun toy;
  const std::string latin = toy.folder / "caf\xe9";
  make_folder(latin);
  for (const char* file : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                           "t10k-labels-idx1-ubyte"})
    std::filesystem::copy(toy.folder / file, latin);
  const Outcome outcome =
      run_voronet({"train", "--data", latin, "--epochs", "1", "--out", toy.folder / "run"});
  CHECK(outcome.status == 1);
  CHECK(one_line(outcome.err).find("is not UTF-8") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(toy.folder / "run/config.toml"));

  const std::string out = toy.folder / "r\xe9sultat";
  REQUIRE(
      run_voronet({"train", "--data", toy.folder.path(), "--epochs", "1", "--out", out, "--json"}).status ==
      0);
  CHECK(read_file(out + "/report.html").find("r\xef\xbf\xbdsultat") != std::string::npos);
  CHECK(run_voronet({"eval", "--checkpoint", out, "--data", latin, "--json"}).status == 0);
  REQUIRE(run_voronet({"attack", "--checkpoint", out, "--data", latin, "--images", "2", "--method", "fgsm",
                       "--out", toy.folder / "attack"})
              .status == 0);
  CHECK(read_file(toy.folder / "attack/attack.json").find("caf\xef\xbf\xbd") != std::string::npos);
}

TEST_CASE("config.toml repeats its run, whatever the data set is called") {
  const ToyRun toy;
  for (const std::string name : {"a#b", "a\"b", "a\\x41", "a\\"}) {
    const std::string data = toy.folder / name;
    std::filesystem::create_directory_symlink(toy.folder.path(), data);
    REQUIRE(run_voronet({"train", "--data", data, "--epochs", "1", "--batch", "200", "--out",
                         toy.folder / "one", "--quiet"})
                .status == 0);
    REQUIRE(run_voronet(
                {"--config", toy.folder / "one/config.toml", "train", "--out", toy.folder / "two", "--quiet"})
                .status == 0);
    CHECK(read_file(toy.checkpoint("one")) == read_file(toy.checkpoint("two")));
    for (const char* run : {"one", "two"}) std::filesystem::remove_all(toy.folder / run);
  }
}

TEST_CASE("a configuration that says what no option means is wrong use") {
  const ToyRun toy;
  write_file(toy.folder / "typo.toml", "[train]\n\nepoch = 3\n");
  const Outcome outcome = run_voronet({"--config", toy.folder / "typo.toml", "train", "--data",
                                       toy.folder.path(), "--out", toy.folder / "run"});
  CHECK(outcome.status == 2);
  CHECK(one_line(outcome.err).find("typo.toml:3: unknown key epoch in [train]") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(toy.folder / "run"));
}

TEST_CASE("a run's page shows its curves, every epoch and what it was told, and follows a resumed run") {
  const ToyRun toy;
  const auto page = [&] { return read_file(toy.folder.path() / "run" / "report.html"); };
  REQUIRE(run_voronet(toy.train("run")).status == 0);
  const std::string four = page();
  for (const char* part : {"Training loss", "Accuracy", "<td>recipe</td>", "<td>4</td>"})
    CHECK_MESSAGE(four.find(part) != std::string::npos, part);
  CHECK(four.find("<td>5</td>") == std::string::npos);
  CHECK(four.find("http://") == four.find("http://www.w3.org/2000/svg"));  // asks nothing of any network

  REQUIRE(std::filesystem::remove(toy.folder.path() / "run" / "report.html"));
  REQUIRE(
      run_voronet({"train", "--resume", "--out", toy.folder / "run", "--quiet", "--threads", "2"}).status ==
      0);
  CHECK(page() == four);
  REQUIRE(
      run_voronet({"train", "--resume", "--out", toy.folder / "run", "--epochs", "5", "--quiet"}).status ==
      0);
  CHECK(page().find("<td>5</td>") != std::string::npos);
}

TEST_CASE("training says in one line what is wrong, and leaves earlier runs alone") {
  const ToyRun toy;
  REQUIRE(run_voronet(toy.train("run")).status == 0);
  const std::string before = read_file(toy.checkpoint("run"));

  Outcome outcome = run_voronet(toy.train("run"));
  CHECK(outcome.status == 1);
  CHECK(one_line(outcome.err).find("--resume") != std::string::npos);
  outcome = run_voronet(toy.train("run", {"--resume", "--seed", "2"}));
  CHECK(outcome.status == 1);
  CHECK(one_line(outcome.err).find("was trained with seed 1, not 2") != std::string::npos);
  CHECK(read_file(toy.checkpoint("run")) == before);

  outcome = run_voronet({"train", "--data", "fashion-mnits", "--out", toy.folder / "x"});
  CHECK(outcome.status == 1);
  one_line(outcome.err);
  outcome = run_voronet({"train", "--data", toy.folder.path(), "--out", "/proc/nowhere"});
  CHECK(outcome.status == 1);
  one_line(outcome.err);
  outcome =
      run_voronet({"train", "--data", toy.folder.path(), "--out", toy.folder / "x", "--head", "maxsoft"});
  CHECK(outcome.status == 2);
  one_line(outcome.err);
  outcome = run_voronet({"train", "--data", toy.folder.path()});
  CHECK(outcome.status == 2);
  one_line(outcome.err);
}

TEST_CASE("training says in one line what is wrong with its images, and leaves no checkpoint") {
  const auto refused = [](const TemporaryFolder& data, const std::string& message) {
    const Outcome outcome = run_voronet({"train", "--data", data.path(), "--model", "resnet18", "--width",
                                         "2", "--epochs", "1", "--out", data / "run", "--quiet"});
    CHECK(outcome.status == 1);
    CHECK(outcome.out.empty());
    CHECK(one_line(outcome.err).find(message) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(data / "run/checkpoint.safetensors"));
  };
  const auto fill = [](const TemporaryFolder& folder, Index side, int train_images) {
    for (const char* name : {"train/a", "train/b", "test/a", "test/b"}) make_folder(folder / name);
    const std::string png = data::encode_png(
        {1, side, side, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(side * side * 3))});
    for (int i = 1; i < train_images; ++i) write_file(folder / text("train/a/", i, ".png"), png);
    for (const char* name : {"train/b/0.png", "test/a/0.png", "test/b/0.png"}) write_file(folder / name, png);
  };
  SUBCASE("a CIFAR file of the wrong length") {
    const TemporaryFolder folder;
    write_cifar10_files(folder.path());
    write_file(folder / "data_batch_3.bin", cifar_record({3}, 3).substr(1));
    refused(folder, "data_batch_3.bin: 3072 bytes are no whole number of records");
  }
  SUBCASE("a label out of range") {
    const TemporaryFolder folder;
    write_cifar10_files(folder.path());
    write_file(folder / "test_batch.bin", cifar_record({10}, 0));
    refused(folder, "test_batch.bin: label 10 of record 0 is outside 0..9");
  }
  SUBCASE("pictures of two sizes") {
    const TemporaryFolder folder;
    fill(folder, 8, 3);
    data::write_png(folder / "test/a/1.png", {1, 8, 9, 3, std::vector<std::uint8_t>(8 * 9 * 3)});
    refused(folder, "test/a/1.png is 8 x 9 RGB, but");
  }
  SUBCASE("a picture of 16 bits") {
    const TemporaryFolder folder;
    fill(folder, 8, 3);
    write_file(folder / "train/a/1.png", sixteen_bit_png());
    refused(folder, "train/a/1.png: has 16 bits a channel, only 8 are read");
  }
  SUBCASE("images smaller than the network's strides allow") {
    const TemporaryFolder folder;
    fill(folder, 4, 3);
    refused(folder, "resnet: images of 4 x 4 x 3 are too small for its strides (at least 8 x 8 x 1)");
  }
  SUBCASE("a last batch of one image of which batch-norm sees one pixel") {
    const TemporaryFolder folder;
    fill(folder, 8, 129);
    refused(folder, "BatchNorm: training needs more than one value a channel");
  }
}

TEST_CASE("--json prints one object on standard output and nothing else") {
  const ToyRun toy;
  const Outcome outcome = run_voronet(toy.train("run", {"--json"}));
  CHECK(outcome.status == 0);
  CHECK(one_line(outcome.out).starts_with("{\"epochs\":4,"));
}

TEST_CASE("eval says in one line what is wrong with a checkpoint") {
  const ToyRun toy;
  REQUIRE(run_voronet(toy.train("run")).status == 0);
  const auto eval = [&](const std::string& checkpoint, std::vector<std::string> more = {}) {
    std::vector<std::string> all = {"eval",   "--checkpoint",    checkpoint,
                                    "--data", toy.folder.path(), "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    return run_voronet(all);
  };
  CHECK(eval(toy.folder / "run", {"--json"}).status == 0);

  const std::string whole = read_file(toy.checkpoint("run"));
  const std::string broken = toy.folder / "broken.safetensors";
  write_file(broken, std::string_view(whole).substr(0, whole.size() / 2));
  for (const Outcome& outcome :
       {eval(broken), eval(toy.folder / "none"), eval(toy.folder / "run", {"--head", "gauss"}),
        eval(toy.folder / "run", {"--embedding", "12"})}) {
    CHECK(outcome.status == 1);
    CHECK(outcome.out.empty());
    one_line(outcome.err);
  }
  CHECK(eval(toy.folder / "run", {"--head", "gauss"}).err.find("gamma") != std::string::npos);
}

TEST_CASE("eval takes a range of images and writes what the network says of each") {
  const ToyRun toy;
  REQUIRE(run_voronet(toy.train("run")).status == 0);
  const std::string file = toy.folder / "predictions.csv";
  const auto eval = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {
        "eval", "--checkpoint", toy.folder / "run", "--data", toy.folder.path(), "--quiet", "--predictions",
        file,   "--json"};
    all.insert(all.end(), more.begin(), more.end());
    return run_voronet(all);
  };
  const auto whole = nlohmann::json::parse(eval({}).out);
  const Csv all = read_csv(file);
  CHECK(std::ssize(all.rows) == whole["total"]);
  const auto labels = all.numbers("label"), predicted = all.numbers("predicted");
  Index right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += labels[i] == predicted[i];
  CHECK(right == whole["correct"]);

  CHECK(nlohmann::json::parse(eval({"--range", "5:9"}).out)["total"] == 4);
  const Csv some = read_csv(file);
  REQUIRE(some.rows.size() == 4);
  CHECK(some.numbers("index") == std::vector<double>{5, 6, 7, 8});
  for (std::size_t i = 0; i < 4; ++i) CHECK(some.rows[i] == all.rows[5 + i]);

  for (const char* bad : {"5", "9:5", "5:5", "-1:5", "1:2:3", "1.5:3", ":4", "a:b"}) {
    const Outcome outcome = eval({text("--range=", bad)});
    CHECK(outcome.status == 2);
    CHECK(one_line(outcome.err)
              .find(text("--range: must be FIRST:LAST, whole numbers with 0 <= FIRST < LAST, "
                         "not ",
                         bad)) != std::string::npos);
  }
  CHECK(eval({"--range", "0:100000"}).status == 1);
  CHECK(one_line(eval({"--range", "0:100000"}).err).find("--range 0:100000: ") != std::string::npos);
}

TEST_CASE("numbers out of range are refused in words") {
  const ToyRun toy;
  CHECK(one_line(run_voronet(toy.train("out", {"--epochs", "0"})).err) ==
        "voronet: --epochs: must be a whole number from 1 on, not 0 (see voronet --help)\n");
  CHECK(one_line(run_voronet(toy.train("out", {"--save-seconds", "-1"})).err) ==
        "voronet: --save-seconds: must be a number from 0 on, not -1 (see voronet --help)\n");
  CHECK(run_voronet(toy.train("out", {"--batch", "inf"})).status == 2);
}

TEST_CASE("two ranks train as one process does with the doubled batch, and end with a whole run folder") {
  const ToyRun toy;
  const auto two = run_ranks(2, toy.train("two", {"--batch", "32", "--threads", "1"}));
  if (!two) return skipped("built without MPI");
  CAPTURE(two->err);
  REQUIRE(two->status == 0);
  CHECK(std::count(two->out.begin(), two->out.end(), '\n') == 1);
  REQUIRE(run_voronet(toy.train("one", {"--batch", "64"})).status == 0);
  const Csv of_two = read_csv(toy.folder.path() / "two/metrics.csv"),
            of_one = read_csv(toy.folder.path() / "one/metrics.csv");
  REQUIRE(of_two.rows.size() == 4);
  for (std::size_t epoch = 0; epoch < 4; ++epoch)
    for (std::size_t column = 0; column < 5; ++column)
      CHECK(std::stod(of_two.rows[epoch][column]) ==
            doctest::Approx(std::stod(of_one.rows[epoch][column])).epsilon(1e-4));
  CHECK(std::filesystem::exists(toy.folder.path() / "two/report.html"));
}

TEST_CASE("a training whose rank was killed ends with the bits of one that was not") {
  const ToyRun toy;
  const auto arguments = [&](const std::string& out) {
    return toy.train(out, {"--batch", "32", "--threads", "1", "--resume"});
  };
  if (!run_ranks(2, arguments("whole"))) return skipped("built without MPI");
  const std::string expected = read_file(toy.checkpoint("whole"));
  int kills = 0;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const pid_t job = start_ranks(2, arguments("killed"));
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + 50 * attempt));
    const std::vector<pid_t> ranks = children_of(job);
    if (!ranks.empty()) kill(ranks.back(), SIGKILL);
    if (wait_for(job) == 0) break;
    ++kills;
  }
  CHECK(kills > 0);
  REQUIRE(run_ranks(2, arguments("killed"))->status == 0);
  CHECK(read_file(toy.checkpoint("killed")) == expected);
  // The batch is kept when one process goes on, and told apart where it cannot be.
  const Outcome three = *run_ranks(3, toy.train("killed", {"--resume"}));
  CHECK(three.status == 1);
  CHECK(three.err.find("the run has batches of 64 images, which 3 ranks cannot share evenly") !=
        std::string::npos);
  CHECK(run_voronet(toy.train("killed", {"--resume", "--epochs", "5"})).status == 0);
}
