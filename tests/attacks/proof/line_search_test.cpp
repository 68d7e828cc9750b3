#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/proof/line_search.h>

#include "attacks/toy_classifiers.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

LineSearch line_search(Classifier& classifier) {
  return {std::make_shared<const ProvableNetwork>(classifier)};
}

}  // namespace

TEST_CASE("the line search's verdicts contain those of the exhaustive search") {
  int certified = 0, flipped = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    for (const char* head : {"softmax", "gauss"}) {
      CAPTURE(seed);
      CAPTURE(head);
      Classifier classifier = toy_lenet(head, 1, seed);
      const AttackedModel model(classifier);
      const data::Images image = random_image(1, seed);
      const int label = model.predict(image).classes[0];
      const AttackRow row = attack(line_search(classifier), model, image, 3, label);
      const AttackRow tried = attack(Exhaustive{.census = true}, model, image, 3, label);
      CHECK(row.census == tried.census);
      CHECK(row.flip() == tried.flip());
      CHECK(row.confident_flip() == tried.confident_flip());
      CHECK(row.predicted == tried.predicted);
      const Proof& proof = *row.proof;
      CHECK_FALSE((proof.certified && tried.flip()));
      CHECK_FALSE((proof.certified_confident && tried.confident_flip()));
      CHECK(proof.certified == proof.ranges.empty());
      certified += proof.certified;
      flipped += row.flip();
    }
  }
  CHECK(certified > 0);
  CHECK(flipped > 0);
}

TEST_CASE("every range's flips are flips of the network in double, and so is the flip that is shown") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    CAPTURE(seed);
    Classifier classifier = toy_lenet(seed % 2 ? "gauss" : "softmax", 1, seed);
    const AttackedModel model(classifier);
    const data::Images image = random_image(1, seed);
    const int label = model.predict(image).classes[0];
    const Proof proof = *attack(line_search(classifier), model, image, 0, label).proof;
    const ProvableNetwork network(classifier);
    const auto ask = [&](Index row, Index column, double value) {
      const Tensor changed = data::to_tensor(image, Dtype::f64);
      changed.mutable_data<double>()[row * 16 + column] = value;
      return network.in_double(changed);
    };
    for (const FlipRange& range : proof.ranges) {
      if (range.flip != Claim::yes) continue;
      for (const double share : {0.0, 0.3, 1.0})
        CHECK(ask(range.row, range.column, range.from + share * (range.to - range.from)).classes[0] != label);
    }
    CHECK(proof.real_flip.has_value() ==
          std::any_of(proof.ranges.begin(), proof.ranges.end(),
                      [](const FlipRange& range) { return range.flip == Claim::yes; }));
    if (!proof.real_flip) continue;
    const Prediction seen = ask(proof.real_flip->row, proof.real_flip->column, proof.real_flip->value);
    CHECK(seen.classes[0] == proof.real_flip->predicted);
    CHECK(seen.confidences.at(seen.classes[0]) == proof.real_flip->confidence);
  }
}

TEST_CASE("line searches are the same for any number of threads") {
  Classifier classifier = toy_lenet("gauss", 1, 5);
  const AttackedModel model(classifier);
  const data::Images image = random_image(1, 5);
  const int label = model.predict(image).classes[0];
  const auto row = [&] { return attack(line_search(classifier), model, image, 0, label); };
  CHECK(with_threads(1, row) == with_threads(3, row));
}

TEST_CASE("the line search is for gray images, without a target, and says what it proves") {
  Classifier gray = toy_lenet("softmax", 1, 0), colour = toy_lenet("softmax", 3, 0);
  const AttackedModel gray_model(gray), colour_model(colour);
  const data::Images gray_image = random_image(1, 0), colour_image = random_image(3, 0);
  CHECK_THROWS_WITH_AS(attack(line_search(colour), colour_model, colour_image, 7, 0),
                       "line search: image 7 has 3 channels, and a pixel more than one value; it is for gray "
                       "images, use certify",
                       Error);
  CHECK_THROWS_WITH_AS(attack(line_search(gray), gray_model, gray_image, 7, 0, 1),
                       "line search: proves that the class stays, not that it misses a target", Error);
  CHECK(threat_model(line_search(gray)).find("every real value from 0 to 1") != std::string::npos);
}
