// Verdicts and counts of exact answers against asking the network about every change, on networks of others.
#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/pixel/pixel_queries.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/random.h>
#include <voronet/data/catalogue.h>
#include <voronet/data/datasets.h>
#include <voronet/interchange/onnx_import.h>
#include <voronet/layers/checkpoint.h>

#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <set>

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

// Of each network: 1, or as many as VORONET_ENUMERATE says; 200 take an hour, of colours ten minutes.
// --subcase='*6x200*' is one network alone.
Index images_of_each() {
  const char* told = std::getenv("VORONET_ENUMERATE");
  return told == nullptr ? 1 : std::atoi(told);
}

// Of `wanted` images that the network gets right, from the first on.
void compare_counts(const Network& described, Index wanted) {
  Classifier classifier = load(described);
  const data::Dataset set = data::load(described.data, data::Split::test);
  const AttackedModel model(classifier);
  const Exact exact{.network = std::make_shared<const ProvableNetwork>(classifier), .census = true};
  const std::vector<Index> images = correctly_classified(model.predict, set, wanted, first);
  Index flips = 0, different = 0;
  for (const Index index : images) {
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
  if (wanted > 1) MESSAGE(std::string(described.file) << ": " << flips << " of " << images.size() << " flip");
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
  for (const Network& described : networks)
    SUBCASE(described.file) compare_counts(described, sanitized ? 1 : images_of_each());
}

TEST_CASE("corners and random colours flip only where exact counts say they do: CIFAR_ConvSmallPGD") {
  const fs::path network = shared / "networks/onnx/CIFAR_ConvSmallPGD.onnx",
                 pictures = shared / "networks/pictures/cifar10_test_100.csv";
  if (!fs::exists(network)) return skipped("needs published networks in ../shared");
  Classifier classifier = classifier_of_onnx(read_onnx(network), "network", {});
  const data::Dataset set = data::load(pictures.string(), data::Split::test);
  const AttackedModel model(classifier);
  const Exact exact{.network = std::make_shared<const ProvableNetwork>(classifier), .census = true};
  const Index wanted = sanitized ? 1 : images_of_each(), random_colours = wanted == 1 ? 10'000 : 150'000;
  Index asked = 0, contradictions = 0;
  for (const Index index : correctly_classified(model.predict, set, wanted, 11)) {
    const data::Images image = set.images.select({&index, 1});
    const int label = set.labels[static_cast<std::size_t>(index)];
    const AttackRow row = attack(exact, model, image, index, label);
    std::set<Index> flippable;
    for (const WeakPixel& weak : row.census->weak_pixels)
      flippable.insert(weak.row * image.width + weak.column);
    const auto see = [&](const PixelCandidates& candidates) {
      const std::vector<int> classes = model.predict(changed_images(image, candidates)).classes;
      for (Index i = 0; i < candidates.count(); ++i) {
        const bool flips = classes[i] != label;
        contradictions += flips && !flippable.contains(candidates.positions[i]);
        contradictions += flips && row.proof->certified;
      }
      asked += candidates.count();
    };
    Random random(static_cast<std::uint64_t>(index));
    PixelCandidates some;
    for (Index i = 0; i < random_colours; ++i) {
      some.positions.push_back(static_cast<std::int32_t>(random.below(image.height * image.width)));
      for (Index c = 0; c < 3; ++c) some.values.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    for (Index position = 0; position < image.height * image.width; ++position)
      for (int corner = 0; corner < 8; ++corner) {
        some.positions.push_back(static_cast<std::int32_t>(position));
        for (int c = 0; c < 3; ++c) some.values.push_back(corner >> c & 1 ? 255 : 0);
      }
    for (Index first = 0; first < some.count(); first += query_batch) {
      std::vector<Index> batch(std::min(query_batch, some.count() - first));
      std::iota(batch.begin(), batch.end(), first);
      see(some.select(batch));
    }
  }
  CHECK(contradictions == 0);
  if (wanted > 1) MESSAGE(asked << " colours asked about");
}
