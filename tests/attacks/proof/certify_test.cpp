#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/proof/certify.h>

#include "attacks/toy_classifiers.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Certify certify(Classifier& classifier, double tau = 0.1) {
  return {std::make_shared<const ProvableNetwork>(classifier), tau};
}

}  // namespace

TEST_CASE("a certificate's census is that of the exhaustive search, and certified images have no flip") {
  int certified = 0, flipped = 0, pruned = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    for (const char* head : {"softmax", "gauss"}) {
      CAPTURE(seed);
      CAPTURE(head);
      Classifier classifier = toy_lenet(head, 1, seed);
      const AttackedModel model(classifier);
      const data::Images image = random_image(1, seed);
      const int label = model.predict(image).classes[0];
      const AttackRow proven = attack(certify(classifier), model, image, 3, label);
      const AttackRow tried = attack(Exhaustive{.census = true}, model, image, 3, label);
      REQUIRE(proven.proof.has_value());
      CHECK(proven.census == tried.census);
      CHECK(proven.proof->certified == !tried.flip());
      CHECK(proven.proof->certified_confident == !tried.confident_flip());
      CHECK(proven.queries == 255 * std::ssize(proven.proof->open));
      CHECK(proven.proof->pruned + std::ssize(proven.proof->open) == 256);
      certified += proven.proof->certified;
      flipped += proven.flip();
      pruned += proven.proof->pruned > 0;
    }
  }
  CHECK(certified > 0);
  CHECK(flipped > 0);
  CHECK(pruned > 6);
}

TEST_CASE("of colour images a certified one has no flip among sampled colours") {
  int certified = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    Classifier classifier = toy_lenet(seed % 2 ? "gauss" : "softmax", 3, seed);
    const AttackedModel model(classifier);
    const data::Images image = random_image(3, seed);
    const int label = model.predict(image).classes[0];
    const AttackRow row = attack(certify(classifier), model, image, 0, label);
    CHECK(row.queries == 0);
    CHECK_FALSE(row.census.has_value());
    const auto is_open = [&](Index at) {
      return std::any_of(row.proof->open.begin(), row.proof->open.end(),
                         [&](const OpenPixel& pixel) { return pixel.row * 16 + pixel.column == at; });
    };
    Random random(seed, 2);
    PixelCandidates candidates;
    for (int position = 0; position < 256; ++position) {
      if (is_open(position)) continue;
      for (int sample = 0; sample < 20; ++sample) {
        candidates.positions.push_back(position);
        for (int k = 0; k < 3; ++k)
          candidates.values.push_back(
              static_cast<std::uint8_t>(random.below(2) ? 255 * random.below(2) : random.below(256)));
      }
    }
    if (candidates.positions.empty()) continue;
    ++certified;
    for (const int predicted : model.predict(changed_images(image, candidates)).classes)
      CHECK(predicted == label);
  }
  CHECK(certified > 2);
}

TEST_CASE("an image below tau has no confident flip to be certified against") {
  Classifier classifier = toy_lenet("softmax", 1, 0);
  const AttackedModel model(classifier);
  const data::Images image = random_image(1, 0);
  const int label = model.predict(image).classes[0];
  const AttackRow row = attack(certify(classifier, 1), model, image, 0, label);
  CHECK(row.proof->certified_confident);
}

TEST_CASE("certificates are the same for any number of threads") {
  Classifier classifier = toy_lenet("gauss", 1, 5);
  const AttackedModel model(classifier);
  const data::Images image = random_image(1, 5);
  const int label = model.predict(image).classes[0];
  const auto row = [&] { return attack(certify(classifier), model, image, 0, label); };
  CHECK(with_threads(1, row) == with_threads(3, row));
}

TEST_CASE("a certificate takes no target, and says what it proves") {
  Classifier classifier = toy_lenet("softmax", 1, 0);
  const AttackedModel model(classifier);
  const data::Images image = random_image(1, 0);
  const int label = model.predict(image).classes[0];
  CHECK_THROWS_WITH_AS(attack(certify(classifier), model, image, 0, label, 1 - label % 2),
                       "certify: proves that the class stays, not that it misses a target", Error);
  CHECK(threat_model(certify(classifier)).find("any order of summation") != std::string::npos);
}
