// Certificates that `voronet attack` leaves, and the program of other code that checks them.
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>
#include <voronet/data/md5.h>
#include <voronet/layers/checkpoint.h>

#include <algorithm>
#include <cstdlib>

#include "support/idx_files.h"
#include "support/program.h"
#include "support/skip.h"
#include "support/toy_data.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

// What a script says of certificates, and its exit status. network, images: in the folder.
Outcome run_python(const TemporaryFolder& folder, const std::string& script, const std::string& network,
                   const std::string& images, const std::vector<std::string>& certificates) {
  std::string command = "cd " + folder.path().string() + " && /usr/bin/python3 " VORONET_SOURCE_DIR "/" +
                        script + " --network " + network + " --images " + images;
  for (const std::string& file : certificates) command += ' ' + file;
  const std::string out = folder / "said";
  const int status = std::system((command + " > " + out + " 2>&1").c_str());
  return {WEXITSTATUS(status), read_file(out), ""};
}

// A folder's certificates.
std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& file : fs::directory_iterator(folder)) files.push_back(file.path());
  std::ranges::sort(files);
  return files;
}

struct Certified {
  explicit Certified(const std::string& head)
      : Certified(head, {"--method", "certify,line", "--images", "6"}, "2") {}
  Certified(const std::string& head, const std::vector<std::string>& method, const std::string& epochs) {
    write_idx_files(folder.path(), toy_data_of_ten_classes(600, 1), toy_data(60, 2));
    std::vector<std::string> train = {"train",        "--data", folder.path(), "--head", head,
                                      "--embedding",  "8",      "--epochs",    epochs,   "--out",
                                      folder / "run", "--quiet"};
    // Two epochs are the warm-up alone where there is one.
    if (head == "gauss") train.insert(train.end(), {"--recipe", "tailored-2020"});
    REQUIRE(run_voronet(train).status == 0);
    std::vector<std::string> attack = {"attack",         "--checkpoint", folder / "run",    "--data",
                                       folder.path(),    "--out",        folder / "attack", "--certificates",
                                       folder / "shown", "--quiet"};
    attack.insert(attack.end(), method.begin(), method.end());
    const Outcome attacked = run_voronet(attack);
    CAPTURE(attacked.err);
    REQUIRE(attacked.status == 0);
    files = files_in(folder.path() / "shown/run");
  }
  Outcome python(const std::string& script, const std::vector<std::string>& certificates) const {
    return run_python(folder, script, "run/checkpoint.safetensors",
                      "t10k-images-idx3-ubyte --labels t10k-labels-idx1-ubyte", certificates);
  }
  Outcome checked(const std::vector<std::string>& certificates) const {
    return python("theory/check_certificate.py", certificates);
  }

  TemporaryFolder folder;
  std::vector<std::string> files;
};

// Two pictures, each with all labels, of which one is what a random network says of it.
struct Pictures {
  explicit Pictures(const ClassifierConfig& config) {
    Random random(1);
    Classifier net(config, random);
    write_safetensors(folder / "net.safetensors", save_classifier(net));
    std::string pictures;
    for (int i = 0; i < 20; ++i) {
      pictures += std::to_string(i % 10);
      for (int k = 0; k < config.height * config.width * config.channels; ++k)
        pictures += ',' + std::to_string((k * k * (1 + i / 10) + 37 * k) % 251);
      pictures += '\n';
    }
    write_file(folder / "pictures.csv", pictures);
    const Outcome attacked =
        run_voronet({"attack", "--checkpoint", folder / "net.safetensors", "--data", folder / "pictures.csv",
                     "--range", "0:20", "--method", "exact", "--certificates", folder / "shown", "--out",
                     folder / "attack", "--quiet"});
    CAPTURE(attacked.err);
    REQUIRE(attacked.status == 0);
    files = files_in(folder.path() / "shown/net");
  }
  Outcome python(const std::string& script, const std::vector<std::string>& certificates) const {
    return run_python(folder, script, "net.safetensors", "pictures.csv", certificates);
  }

  TemporaryFolder folder;
  std::vector<std::string> files;
};

bool has_numpy() { return std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") == 0; }

}  // namespace

TEST_CASE("certificates are accepted by a program of other code, and none that is changed in one place is") {
  if (!has_numpy()) return skipped("needs Debian's python3-numpy");
  for (const char* head : {"softmax", "gauss", "duq"}) {
    CAPTURE(head);
    const Certified toy(head);
    REQUIRE(std::ssize(toy.files) >= 6);
    const Outcome whole = toy.checked(toy.files);
    CAPTURE(whole.out);
    CHECK(whole.status == 0);
    CHECK(whole.out.find("refused: 0\n") != std::string::npos);
    const Outcome changed = toy.python("tests/theory/corrupt_certificates.py --number 300", toy.files);
    CAPTURE(changed.out);
    CHECK(changed.status == 0);
    CHECK(changed.out.find("of 300 changed in one place 0 accepted") != std::string::npos);
  }
}

TEST_CASE("certificates of pairs of pixels are accepted, and none that is changed in one place is") {
  if (!has_numpy()) return skipped("needs Debian's python3-numpy");
  const Certified toy("softmax", {"--method", "exact", "--pixels", "2", "--images", "1"}, "12");
  REQUIRE(toy.files.size() == 1);
  CHECK(nlohmann::json::parse(read_file(toy.files.front())).contains("sets"));
  const Outcome changed = toy.python("tests/theory/corrupt_certificates.py --number 60", toy.files);
  CAPTURE(changed.out);
  CHECK(changed.out.starts_with("1 of 1 accepted as they are; of 60 changed in one place 0 accepted"));
}

TEST_CASE("certificates of three pixels, which nobody could check, are refused before work") {
  const TemporaryFolder folder;
  write_idx_files(folder.path(), toy_data(30, 1), toy_data(30, 2));
  Random random(1);
  Classifier net({.height = 16, .width = 16}, random);
  write_safetensors(folder / "net.safetensors", save_classifier(net));
  const Outcome refused =
      run_voronet({"attack", "--checkpoint", folder / "net.safetensors", "--data", folder.path(), "--method",
                   "exact", "--pixels", "3", "--certificates", folder / "shown", "--out", folder / "attack"});
  CHECK(refused.status == 1);
  CHECK(refused.err.find("--certificates: show what one pixel or two can do, not 3") != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "shown"));
}

TEST_CASE(
    "the checker's bounds hold, of exact margins and of what floats round, and flips of two pixels by them") {
  if (!has_numpy()) return skipped("needs Debian's python3-numpy");
  CHECK(std::system("/usr/bin/python3 " VORONET_SOURCE_DIR "/tests/theory/certificate_bounds_test.py") == 0);
}

TEST_CASE("a certificate that is refused is named, with the first thing that is wrong") {
  if (!has_numpy()) return skipped("needs Debian's python3-numpy");
  const Certified toy("softmax");
  const std::string file = toy.files.front(), bytes = read_file(file);
  const auto refused = [&](const std::string& content, const std::string& why) {
    write_file(file, content);
    const Outcome outcome = toy.checked({file, toy.files.back()});
    CAPTURE(outcome.out);
    CHECK(outcome.status == 1);
    CHECK(outcome.out.starts_with("refused: " + file + ": "));
    CHECK(outcome.out.find(why) != std::string::npos);
    CHECK(outcome.out.find("; refused: 1\n") != std::string::npos);
  };
  const auto with = [&](const char* part, const char* key, const nlohmann::json& value) {
    auto json = nlohmann::json::parse(bytes);
    json[part][key] = value;
    return json.dump();
  };
  refused("", "damaged");
  refused("[1, 2]", "damaged");
  refused(bytes.substr(0, bytes.size() / 2), "damaged");
  refused(with("network", "md5", "0"), "it is of another network");
  refused(with("image", "md5", "0"), "it is of another image");
  refused(with("image", "index", 60), "there is no image 60");
  refused(with("image", "label", 9), "the image's label is ");
  auto settings = nlohmann::json::parse(bytes)["network"]["settings"];
  settings["mean"] = "0.25";
  refused(with("network", "settings", settings), "setting mean: the network's file has 0.5");
}

TEST_CASE(
    "certificates of colours are accepted, and refused where a box is left out or a margin is too large") {
  if (!has_numpy()) return skipped("needs Debian's python3-numpy");
  for (const char* head : {"softmax", "gauss"}) {
    CAPTURE(head);
    const Pictures pictures({.head = head, .height = 16, .width = 16, .channels = 3});
    REQUIRE(!pictures.files.empty());
    const Outcome whole =
        pictures.python("theory/check_certificate.py", {pictures.files.front(), pictures.files.back()});
    CAPTURE(whole.out);
    CHECK(whole.status == 0);
    const Outcome changed =
        pictures.python("tests/theory/corrupt_certificates.py --number 100", {pictures.files.front()});
    CAPTURE(changed.out);
    CHECK(changed.out.find("of 100 changed in one place 0 accepted") != std::string::npos);
  }
}

TEST_CASE("a network whose form the checker does not know is refused, though its certificate names it") {
  if (!has_numpy()) return skipped("needs Debian's python3-numpy");
  const Certified toy("gauss");
  const std::string file = toy.files.front(), network = toy.folder / "run/checkpoint.safetensors";
  const TensorFile trained = read_safetensors(network);
  const auto refused = [&](const TensorFile& changed, const std::string& why) {
    write_safetensors(network, changed);
    auto json = nlohmann::json::parse(read_file(file));
    json["network"]["md5"] = data::md5(read_file(network));
    json["network"]["settings"].update(changed.metadata);
    write_file(file, json.dump());
    const Outcome outcome = toy.checked({file});
    CAPTURE(outcome.out);
    CHECK(outcome.status == 1);
    CHECK(outcome.out.find(why) != std::string::npos);
  };
  TensorFile limited = trained;
  limited.metadata["spectral_norm"] = "3";
  refused(limited, "its norms are limited");
  for (const float gamma : {0.0F, -1.0F}) {
    TensorFile turned = trained;
    Tensor& gammas = turned.tensors.at("classifier.gamma") = trained.tensors.at("classifier.gamma").clone();
    gammas.mutable_data<float>()[2] = gamma;
    refused(turned, "a gamma is not positive");
  }
}
