// `voronet summary`.
#include <voronet/core/file.h>
#include <voronet/layers/checkpoint.h>

#include <sstream>

#include "support/program.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

// `voronet summary` of a ResNet18 for CIFAR-10.
Outcome summary_of_resnet(const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {
      "summary", "--model", "resnet18", "--image-height", "32", "--image-width", "32", "--channels", "3"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_voronet(arguments);
}

}  // namespace

TEST_CASE("voronet summary prints a deep network's layers in 80 columns") {
  const Outcome outcome = summary_of_resnet();
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.starts_with("layer "));
  CHECK(outcome.out.find("embed.layer4.0.shortcut.0") != std::string::npos);
  CHECK(outcome.out.find(" 32x32x64 ") != std::string::npos);
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
}

TEST_CASE("voronet summary says the same of a checkpoint, as JSON") {
  const TemporaryFolder folder;
  Random random(1);
  Classifier net({.embedding = 12, .head = "gauss"}, random);
  write_safetensors(folder / "net.safetensors", save_classifier(net));
  const Outcome outcome = run_voronet({"summary", "--checkpoint", folder / "net.safetensors", "--json"});
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  Index parameters = 0;
  for (const Tensor& parameter : net.parameters()) parameters += parameter.size();
  CHECK(json["parameters"] == parameters);
  CHECK(json["layers"].back()["name"] == "classifier");
  CHECK(json["layers"].back()["output"] == std::vector<int>{10});
  CHECK(json["layers"].back()["multiply_adds"] == 120);
}

TEST_CASE("voronet summary refuses what is no network in one line") {
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"--width", "-1"}, {"--model", "alexnet"}}) {
    const Outcome outcome = summary_of_resnet(wrong);
    CHECK(outcome.status != 0);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("voronet: "));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }
}
