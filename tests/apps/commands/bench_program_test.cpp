#include <voronet/core/file.h>
#include <voronet/layers/checkpoint.h>

#include <iterator>
#include <sstream>

#include "support/plain.h"
#include "support/program.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

std::vector<std::string> lines_of(const std::string& printed) {
  std::istringstream in(printed);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool has(const std::string& line, const std::string& part) { return line.find(part) != std::string::npos; }

// The row of a network's table that starts so, its words one space apart; "" without one.
std::string explained(const std::vector<std::string>& lines, const std::string& network,
                      const std::string& convolution) {
  bool inside = false;
  for (const std::string& line : lines) {
    if (has(line, " images")) inside = line.rfind(network + ',', 0) == 0;
    if (!inside || line.rfind(convolution + ' ', 0) != 0) continue;
    std::istringstream in(line);
    std::string row, word;
    while (in >> word) row += (row.empty() ? "" : " ") + word;
    return row;
  }
  return "";
}

}  // namespace

TEST_CASE("voronet bench --explain says which kernels the networks' convolutions take, in 80 columns") {
  if (plain_build) return skipped("this build has plain loops alone");
  const Outcome outcome = run_voronet({"bench", "--explain"});
  CHECK(outcome.status == 0);
  const auto lines = lines_of(outcome.out);
  for (const std::string& line : lines) CHECK_MESSAGE(line.size() <= 80, line);
  CHECK(explained(lines, "resnet18", "3x3 64->64") ==
        "3x3 64->64 1 32x32 Winograd Winograd Winograd wide 3x3");
  CHECK(explained(lines, "resnet18", "3x3 256->256") ==
        "3x3 256->256 1 8x8 Winograd Winograd Winograd wide 3x3");
  CHECK(explained(lines, "resnet18", "3x3 3->64") == "3x3 3->64 1 32x32 direct columns direct few channels");
  CHECK(explained(lines, "resnet18", "3x3 64->128") == "3x3 64->128 2 32x32 direct direct direct strided");
  CHECK(has(explained(lines, "vgg16", "3x3 64->128"), "Winograd"));
  CHECK(has(explained(lines, "lenet", "5x5 6->16"), "12x12"));
}

TEST_CASE("voronet bench --list names what can be measured") {
  CHECK(run_voronet({"bench", "--list"}).out ==
        "lenet_train\nlenet_infer\nresnet18_train\nresnet18_infer\nvgg16_train\nvgg16_infer\nresnet18_epoch\n"
        "lenet_exhaustive\nresnet18_delta\nlenet_prove\n");
  CHECK(run_voronet({"bench", "--list", "--filter", "^lenet_t"}).out == "lenet_train\n");
  CHECK(run_voronet({"bench", "--list", "--kernels", "--filter", "gemm|1_6_"}).out ==
        "gemm\nconv_5x5_1_6_28x28/forward\nconv_5x5_1_6_28x28/input_gradient\n"
        "conv_5x5_1_6_28x28/weight_gradient\n");
}

TEST_CASE("voronet bench measures a network of one's own") {
  const TemporaryFolder folder;
  Random random(1);
  Classifier gray({}, random), colour({.height = 32, .width = 32, .channels = 3}, random);
  write_safetensors(folder / "gray.safetensors", save_classifier(gray));
  write_safetensors(folder / "colour.safetensors", save_classifier(colour));
  CHECK(run_voronet({"bench", "--list", "--checkpoint", folder / "gray.safetensors"}).out ==
        "train\ninfer\nexhaustive\nexact\n");
  CHECK(run_voronet({"bench", "--list", "--checkpoint", folder / "colour.safetensors"}).out ==
        "train\ninfer\ndelta\n");
  const Outcome outcome =
      run_voronet({"bench", "--checkpoint", folder / "colour.safetensors", "--seconds", "0.001", "--json"});
  CHECK(outcome.status == 0);
  for (const char* name : {"train", "infer", "delta"}) CHECK(nlohmann::json::parse(outcome.out).at(name) > 0);
}

TEST_CASE("voronet bench says in one line that a filter is of no use") {
  const Outcome none = run_voronet({"bench", "--filter", "lstm"});
  CHECK(none.status == 1);
  CHECK(none.out.empty());
  CHECK(none.err ==
        "voronet: bench: no benchmark of networks, attacks and proofs matches lstm (--list prints the "
        "names)\n");
  CHECK(run_voronet({"bench", "--kernels", "--filter", "lenet"}).err ==
        "voronet: bench: no benchmark of kernels matches lenet (--list prints the names)\n");
  CHECK(run_voronet({"bench", "--filter", "("}).err == "voronet: bench: ( is not a regular expression\n");
}

TEST_CASE("voronet bench --json is one object with a rate by name") {
  const Outcome outcome = run_voronet({"bench", "--filter", "lenet_infer", "--seconds", "0.001", "--json"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.rfind("{\"lenet_infer\":", 0) == 0);
  CHECK(lines_of(outcome.out).size() == 1);
}

TEST_CASE("voronet bench --round-trip prints the nanoseconds between two cores") {
  const Outcome outcome = run_voronet({"bench", "--round-trip", "--json"});
  if (outcome.err == "voronet: bench: a round trip takes two cores, this process may use only one\n") {
    MESSAGE("skipped: there is only one core");
    return;
  }
  CHECK(outcome.status == 0);
  const double nanoseconds = nlohmann::json::parse(outcome.out).at("round_trip_ns");
  CHECK(nanoseconds > 1);  // a memory access of its own takes as long
}

TEST_CASE("voronet bench measures the questions that attacks ask, without GFLOP/s") {
  if (sanitized) return skipped("a second of it takes half a minute here");
  const Outcome outcome = run_voronet({"bench", "--filter", "resnet18_delta", "--seconds", "0.001"});
  CHECK(outcome.status == 0);
  const auto lines = lines_of(outcome.out);
  REQUIRE(lines.size() == 2);
  std::istringstream row(lines[1]);
  const std::vector<std::string> words{std::istream_iterator<std::string>(row), {}};
  CHECK_MESSAGE(words.size() == 3, lines[1]);  // name, ms, images/s
}
