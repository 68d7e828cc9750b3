// Verdicts and counts of exact answers against asking the network about every change, on networks of others.
#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/data/catalogue.h>
#include <voronet/data/datasets.h>
#include <voronet/interchange/onnx_import.h>
#include <voronet/layers/checkpoint.h>

#include <cstdlib>
#include <filesystem>

#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

const fs::path shared = fs::path(VORONET_SOURCE_DIR) / "../shared";

// Of the authors' networks the head decides how the file is read, of ONNX files the normalisation.
struct Network {
  const char *file, *data;
  Settings settings;
};

Classifier load(const Network& network) {
  const fs::path path = shared / network.file;
  return path.extension() == ".onnx" ? classifier_of_onnx(read_onnx(path), network.file, network.settings)
                                     : load_classifier(path, network.settings);
}

constexpr Index first = 17;  // the first image that a pixel flips, of the Gauss network

// Of each network: 1, or as many as VORONET_ENUMERATE says; 200 take some minutes.
Index images_of_each() {
  const char* told = std::getenv("VORONET_ENUMERATE");
  return told == nullptr ? 1 : std::atoi(told);
}

}  // namespace

TEST_CASE("exact counts are those of asking about every change: six networks of others") {
  const fs::path fashion = "/usr/share/datasets/fashion-mnist";
  if (!fs::exists(shared) || !fs::exists(fashion))
    return skipped("needs published networks in ../shared and Debian's dataset-fashion-mnist");
  const Settings mnist = {{"mean", "0.1307"}, {"std", "0.3081"}};
  const auto lenet = [](const char* head) { return Settings{{"model", "lenet"}, {"head", head}}; };
  const std::string own = fashion.string();
  const std::string pictures = (shared / "networks/pictures/mnist_test_100.csv").string();
  const std::string digits = fs::exists(data::data_home() / "mnist") ? "mnist" : pictures;
  const std::vector<Network> networks = {
      {"checkpoints/fashion-mnist-lenet-softmax.safetensors", own.c_str(), lenet("softmax")},
      {"checkpoints/fashion-mnist-lenet-gauss.safetensors", own.c_str(), lenet("gauss")},
      {"checkpoints/fashion-mnist-lenet-duq.safetensors", own.c_str(), lenet("duq")},
      {"networks/onnx/FASHION_ConvSmallPGD.onnx", own.c_str(), {{"mean", "0.5"}, {"std", "0.5"}}},
      {"networks/onnx/MNIST_ConvSmallPGD.onnx", digits.c_str(), mnist},
      {"networks/onnx/MNIST_6x200_PGD.onnx", digits.c_str(), mnist}};
  const Index wanted = sanitized ? 1 : images_of_each();
  for (const Network& described : networks) {
    CAPTURE(described.file);
    Classifier classifier = load(described);
    const data::Dataset set = data::load(described.data, data::Split::test);
    const AttackedModel model(classifier);
    const Exact exact{.network = std::make_shared<const ProvableNetwork>(classifier), .census = true};
    Index flips = 0, different = 0;
    for (const Index index : correctly_classified(model.predict, set, wanted, first)) {
      const data::Images image = set.images.select({&index, 1});
      const int label = set.labels[static_cast<std::size_t>(index)];
      const AttackRow asked = attack(Exhaustive{.census = true}, model, image, index, label);
      const AttackRow decided = attack(exact, model, image, index, label);
      different += decided.census != asked.census || decided.flip() != asked.flip() ||
                   decided.confident_flip() != asked.confident_flip() ||
                   (decided.proof->certified && asked.flip());
      flips += asked.flip();
    }
    CHECK(different == 0);
    if (wanted > 1) MESSAGE(std::string(described.file) << ": " << flips << " of " << wanted << " flip");
  }
}
