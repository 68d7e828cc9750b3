#include <voronet/core/file.h>
#include <voronet/data/png.h>
#include <voronet/layers/checkpoint.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <limits>
#include <thread>

#include "support/idx_files.h"
#include "support/program.h"
#include "support/toy_data.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

using Arguments = std::vector<std::string>;

// Files of ten classes, an untrained network for them, and pictures of two classes.
struct Toy {
  Toy() {
    data::Dataset train = toy_data(60, 1), test = toy_data(20, 2);
    for (auto* set : {&train, &test})
      for (std::size_t i = 0; i < set->labels.size(); ++i) set->labels[i] = static_cast<int>(i % 10);
    make_folder(folder / "data");
    write_idx_files(folder / "data", train, test);
    save("net", network());
    for (const std::string split : {"two/train", "two/test"})
      for (const std::string name : {"a", "b"}) picture(split + '/' + name + "/0.png");
  }
  void picture(const std::string& name, Index side = 16) const {
    const fs::path path = folder.path() / name;
    make_folder(path.parent_path());
    data::write_png(path,
                    {1, side, side, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(side * side), 90)});
  }
  static Classifier network() {
    Random random(1);
    return {{.embedding = 4, .height = 16, .width = 16}, random};
  }
  void save(const std::string& name, Classifier saved) const {
    write_safetensors(folder / (name + ".safetensors"), save_classifier(saved));
  }
  std::string at(const std::string& name) const { return (folder / name).string(); }
  // All that is asked of a network, with more options.
  Outcome run(const std::string& command, const std::string& net, const std::string& data,
              const Arguments& more = {}) const {
    Arguments all = {command, "--checkpoint", at(net), "--quiet"};
    if (command != "export") all.insert(all.end(), {"--data", at(data)});
    all.insert(all.end(), more.begin(), more.end());
    return run_voronet(all);
  }
  TemporaryFolder folder;
};

void check_refused(const Outcome& outcome, int status, const std::string& why) {
  INFO(outcome.err);
  CHECK(outcome.status == status);
  CHECK(outcome.out.empty());
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.starts_with("voronet: "));
  CHECK(outcome.err.find(why) != std::string::npos);
}

}  // namespace

TEST_CASE("what cannot be written to standard output is no success, in any command") {
  const Toy toy;
  const std::string eval =
      "eval --quiet --json --checkpoint " + toy.at("net.safetensors") + " --data " + toy.at("data");
  for (const std::string& command :
       {eval, std::string("experiment quick --print"), std::string("experiment --list"),
        std::string("train --list-recipes"), std::string("--help"), std::string("attack --help"),
        std::string("--version"), std::string("data moons"), std::string("bench --list"),
        std::string("bench --explain"), std::string("summary --model lenet")}) {
    CAPTURE(command);
    const Outcome full = run_in_shell("\"$0\" " + command + " > /dev/full");
    CHECK(full.status == 1);
    CHECK(full.err == "voronet: cannot write standard output: No space left on device\n");
    const Outcome closed = run_in_shell("\"$0\" " + command + " >&-");
    CHECK(closed.status == 1);
    CHECK(closed.err == "voronet: cannot write standard output: Bad file descriptor\n");
  }
  // A reader that has enough is none of it; and what is written elsewhere needs no standard output.
  CHECK(run_in_shell("\"$0\" data moons --points 100000 | head -n 1").err.empty());
  CHECK(run_in_shell("trap '' PIPE; \"$0\" data moons --points 100000 | head -n 1").err.empty());
  CHECK(run_in_shell("\"$0\" data moons --out " + toy.at("moons.csv") + " >&- 2>&- <&-").status == 0);
  CHECK(read_file(toy.folder / "moons.csv").starts_with("x0,x1,label\n"));
}

TEST_CASE("a network with values that are not finite is refused wherever it is used, before work begins") {
  const Toy toy;
  const double values[] = {std::nan(""), std::numeric_limits<double>::infinity()};
  for (const double value : values) {
    Classifier bad = Toy::network();
    bad.parameters().back().mutable_data<float>()[0] = static_cast<float>(value);
    toy.save("bad", std::move(bad));
    const std::string why = "bad.safetensors: classifier.bias holds a value that is not finite";
    check_refused(toy.run("eval", "bad.safetensors", "data"), 1, why);
    check_refused(toy.run("prove", "bad.safetensors", "data"), 1, why);
    check_refused(
        run_voronet({"export", "--checkpoint", toy.at("bad.safetensors"), "--out", toy.at("bad.onnx")}), 1,
        why);
    for (const std::string method :
         {"one-pixel", "exhaustive", "corners", "sparse-rs", "certify", "line", "fgsm", "cw"})
      check_refused(
          toy.run("attack", "bad.safetensors", "data", {"--method", method, "--out", toy.at("out")}), 1, why);
  }
  CHECK_FALSE(fs::exists(toy.at("bad.onnx")));
  CHECK_FALSE(fs::exists(toy.at("out")));

  // A head whose distances are none.
  Random random(1);
  Classifier gauss({.embedding = 4, .head = "gauss", .height = 16, .width = 16}, random);
  dynamic_cast<GaussHead&>(gauss.head()).gamma.mutable_data<float>()[3] = -0.5;
  toy.save("gauss", std::move(gauss));
  for (const std::string command : {"eval", "attack", "prove"})
    check_refused(toy.run(command, "gauss.safetensors", "data",
                          command == "attack" ? Arguments{"--out", toy.at("out")} : Arguments()),
                  1, "gauss.safetensors: a gamma of -0.5 is not positive");

  // Finite parameters whose products are not: the first class is none that the network said.
  Classifier huge = Toy::network();
  for (const Tensor& parameter : huge.parameters()) parameter.assign(full(parameter.shape(), 1e30));
  toy.save("huge", std::move(huge));
  check_refused(toy.run("eval", "huge.safetensors", "data"), 1,
                "what the network says of image 0 is not finite");
  check_refused(toy.run("attack", "huge.safetensors", "data", {"--out", toy.at("out")}), 1,
                "classifies no image from 0 to 19 correctly");
}

TEST_CASE("networks and data of other classes or sizes are refused before work begins") {
  const Toy toy;
  for (const std::string command : {"eval", "prove", "attack"}) {
    const Arguments out = command == "attack" ? Arguments{"--out", toy.at("out")} : Arguments();
    check_refused(toy.run(command, "net.safetensors", "two", out), 1,
                  "net has 10 classes, " + toy.at("two") + " has 2");
    Random random(1);
    toy.save("fewer", {{.embedding = 4, .classes = 2, .height = 16, .width = 16}, random});
    check_refused(toy.run(command, "fewer.safetensors", "data", out), 1, "fewer has 2 classes, ");
    toy.save("larger", {{.embedding = 4, .height = 20, .width = 16}, random});
    check_refused(toy.run(command, "larger.safetensors", "data", out), 1,
                  "larger takes inputs (20, 16, 1), " + toy.at("data") + " has images (16, 16, 1)");
  }
  CHECK_FALSE(fs::exists(toy.at("out")));
  check_refused(toy.run("eval", "net.safetensors", "data", {"--mean", "0.5,0.5", "--std", "1,1"}), 1,
                "2 means and deviations (--mean, --std) for 1 channel");
}

TEST_CASE("what is wrong with the data of a training is said before it begins, and leaves no folder") {
  const Toy toy;
  const auto train = [&](const std::string& data, const Arguments& more = {}) {
    Arguments all = {"train", "--data", data, "--epochs", "1", "--quiet", "--out", toy.at("run")};
    all.insert(all.end(), more.begin(), more.end());
    return run_voronet(all);
  };
  check_refused(train("absent"), 1, "there is no data set \"absent\"");
  write_idx_files(toy.folder / "data", toy_data(60, 1), toy_data(20, 2));  // three of ten classes
  check_refused(
      train(toy.at("data"), {"--head", "gauss"}), 1,
      "training: " + toy.at("data") + " has 0 images of class 3 to train on, and head gauss needs 1");
  check_refused(train(toy.at("data"), {"--head", "ddu"}), 1,
                "0 images of class 3 to train on, and head ddu needs 2");
  CHECK_FALSE(fs::exists(toy.at("run")));

  data::Dataset small = toy_data(20, 2);
  small.images.height = 8;
  small.images.count = 40;
  small.labels.resize(40);
  write_idx_files(toy.folder / "data", toy_data(60, 1), small);
  check_refused(train(toy.at("data")), 1,
                "data/t10k-images-idx3-ubyte: images to test on are (8, 16, 1), those of ");
  toy.picture("two/train/c/0.png");
  toy.picture("two/test/c/0.png");
  fs::remove(toy.folder / "two/train/c/0.png");
  check_refused(train(toy.at("two"), {"--head", "gauss"}), 1, "has 0 images of class c to train on");
  CHECK_FALSE(fs::exists(toy.at("run")));

  for (const char* head : {"softmax", "duq"}) {
    const Outcome noted = train(toy.at("two"), {"--head", head, "--out", toy.at(head)});
    CHECK(noted.status == 0);
    CHECK(noted.err == "voronet: note: " + toy.at("two") + " has no images to train on of the classes c\n");
  }
}

TEST_CASE("numbers that are none, or out of range, are wrong use in every command") {
  const Toy toy;
  const auto wrong = [&](const Arguments& arguments) {
    const std::string option = arguments[arguments.size() - 2];
    check_refused(run_voronet(arguments), 2, option);
  };
  for (const std::string word :
       {"0.5", "nan", "1e999", "-1", "1x", "010", "0x10", " 1", "", "99999999999999999999"}) {
    for (const std::string option : {"--batch", "--epochs", "--seed"})
      wrong({"train", "--out", "x", option, word});
    for (const std::string option :
         {"--images", "--start", "--seed", "--pixels", "--queries", "--population", "--generations",
          "--refined", "--combinations", "--steps", "--iterations"})
      wrong({"attack", "--checkpoint", "x", "--data", "x", "--out", "x", option, word});
    for (const std::string option : {"--draws", "--images", "--seed"})
      wrong({"prove", "--checkpoint", "x", "--data", "x", option, word});
    for (const std::string option : {"--points", "--classes", "--seed"})
      wrong({"data", "moons", option, word});
    wrong({"bench", "--list", "--threads", word});
  }
  for (const std::string word : {"nan", "inf", "-inf", "1e999", "1x", "", "-0.5"}) {
    wrong({"train", "--out", "x", "--save-seconds", word});
    for (const std::string option : {"--tau", "--epsilon", "--step-size", "--sparsity", "--margin"})
      wrong({"attack", "--checkpoint", "x", "--data", "x", "--out", "x", option, word});
    wrong({"data", "moons", "--noise", word});
    wrong({"bench", "--list", "--seconds", word});
  }
  wrong({"attack", "--checkpoint", "x", "--data", "x", "--out", "x", "--epsilon", "1e39"});
  wrong({"attack", "--checkpoint", "x", "--data", "x", "--out", "x", "--restarts", "0"});
  wrong({"attack", "--checkpoint", "x", "--data", "x", "--out", "x", "--generations", "9223372036854775807"});
  for (const std::string word : {"nan", "inf", "x", "0.5,", ",0.5", "1e999"})
    wrong({"train", "--out", "x", "--mean", word});
  for (const std::string word : {"0.5", "nan", "-1", "1e30"}) wrong({"summary", "--embedding", word});
}

TEST_CASE("empty words, links to themselves, folders and devices instead of files are refused in words") {
  const Toy toy;
  fs::create_symlink("loop", toy.folder / "loop");
  check_refused(toy.run("attack", "net.safetensors", "data", {"--out", ""}), 2,
                "--out: needs a value, not ''");
  check_refused(run_voronet({"train", "--data", "", "--out", toy.at("x")}), 2, "--data: needs a value");
  check_refused(run_voronet({"eval", "--data", toy.at("data"), "--checkpoint", ""}), 2,
                "--checkpoint: needs a value");
  check_refused(run_voronet({"experiment", ""}), 2, "file: needs a value");
  check_refused(toy.run("eval", "loop", "data"), 1, "loop: Too many levels of symbolic links");
  check_refused(toy.run("eval", "net.safetensors", "loop"), 1, "loop");
  check_refused(toy.run("eval", "data", "data"), 1, "data/checkpoint.safetensors: No such file");
  check_refused(run_voronet({"train", "--data", toy.at("data"), "--out", toy.at("loop")}), 1,
                "loop: Too many levels of symbolic links");
  check_refused(run_voronet({"experiment", toy.at("data")}), 1, "data: not a file");
  for (const std::string& out :
       {std::string("/dev/full"), toy.at("data"), toy.at("loop"), toy.at("absent/moons.csv")}) {
    check_refused(run_voronet({"data", "moons", "--out", out}), 1, "cannot write " + out);
    if (out.ends_with(".csv")) continue;
    check_refused(run_voronet({"report", toy.at("two"), "--out", out}), 1, "");
  }
  check_refused(toy.run("attack", "net.safetensors", "data", {"--out", "/dev/full"}), 1, "/dev/full");
}

TEST_CASE("a checkpoint of others says what is strange about its names, an empty one that it is") {
  const Toy toy;
  TensorFile file = read_safetensors(toy.at("net.safetensors")), wrapped, empty;
  for (const auto& [name, tensor] : file.tensors) wrapped.tensors["module." + name] = tensor;
  wrapped.metadata = empty.metadata = file.metadata;
  write_safetensors(toy.at("wrapped.safetensors"), wrapped);
  write_safetensors(toy.at("empty.safetensors"), empty);
  check_refused(toy.run("eval", "wrapped.safetensors", "data"), 1,
                "no tensor embed.conv1.weight, but module.embed.conv1.weight: take module. off the names");
  check_refused(toy.run("eval", "empty.safetensors", "data"), 1, "empty.safetensors: it holds no tensors");
}

TEST_CASE("an interrupted run ends with 130, whichever signal it was; what saves nothing ends at once") {
  const Toy toy;
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string run = toy.at(text("run", signal));
    const pid_t process = start_voronet({"train", "--data", toy.at("data"), "--out", run, "--epochs",
                                         "100000", "--recipe", "softmax", "--save-seconds", "0"});
    while (!fs::exists(fs::path(run) / "checkpoint.safetensors"))
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    kill(process, signal);
    CHECK(wait_for(process) == 130);
  }
  const pid_t process = start_voronet({"bench", "--filter", "lenet_train", "--seconds", "1000"});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kill(process, SIGINT);
  CHECK(wait_for(process) == -SIGINT);
}

TEST_CASE("numbers have a point in every locale") {
  for (const char* locale : {"C", "de_DE.UTF-8", "tr_TR.UTF-8"})
    CHECK(run_in_shell(text("LC_ALL=", locale, " \"$0\" data moons --points 4 --noise 0.25")).out ==
          run_voronet({"data", "moons", "--points", "4", "--noise", "0.25"}).out);
}
