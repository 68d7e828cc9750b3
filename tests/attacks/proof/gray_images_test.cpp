// The decision about gray images, by bytes and over the reals, and certificates of it.
#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/operators.h>

#include <cmath>
#include <limits>

#include "attacks/toy_classifiers.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Exact by_bytes(Classifier& classifier, double tau = 0.1) {
  return {.network = std::make_shared<const ProvableNetwork>(classifier), .census = true, .tau = tau};
}

Exact over_reals(Classifier& classifier) {
  Exact method = by_bytes(classifier);
  method.domain = Domain::reals;
  return method;
}

// A toy, an image and its class.
struct Attacked {
  Attacked(const std::string& head, Index channels, std::uint64_t seed)
      : classifier(toy_lenet(head, channels, seed)), model(classifier), image(random_image(channels, seed)) {}

  Classifier classifier;
  AttackedModel model;
  data::Images image;
  int label = model.predict(image).classes[0];

  AttackRow by(const auto& method, Index index = 0) const {
    return attack(method, model, image, index, label);
  }
};

}  // namespace

TEST_CASE("the census is that of the exhaustive search, and certified images have no flip") {
  int certified = 0, flipped = 0, pruned = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    for (const char* head : {"softmax", "gauss", "duq", "ddu"}) {
      CAPTURE(seed);
      CAPTURE(head);
      Attacked toy(head, 1, seed);
      const AttackRow proven = toy.by(by_bytes(toy.classifier), 3);
      const AttackRow tried = toy.by(Exhaustive{.census = true}, 3);
      REQUIRE(proven.proof.has_value());
      CHECK(proven.proof->search->undecided == 0);
      CHECK(proven.census == tried.census);
      CHECK_FALSE((proven.proof->certified && tried.flip()));
      CHECK_FALSE((proven.proof->certified_confident && tried.confident_flip()));
      CHECK((proven.proof->certified || tried.flip() || proven.proof->ties > 0));
      CHECK(proven.proof->domain == Domain::bytes);
      CHECK(proven.queries >= tried.census->adversarial());
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

TEST_CASE("counting flips by boxes says the same as asking about each, and asks less") {
  Index asked_of_each = 0, asked = 0, confident = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    for (const char* head : {"softmax", "gauss", "duq", "ddu"}) {
      CAPTURE(seed);
      CAPTURE(head);
      Attacked toy(head, 1, seed);
      Exact method = by_bytes(toy.classifier);
      const AttackRow each = toy.by(method);
      method.model_decides_ties = false;
      const AttackRow counted = toy.by(method);
      CHECK(counted.census == each.census);
      CHECK(counted.proof->ties >= each.proof->ties);
      CHECK(counted.proof->certified == each.proof->certified);
      CHECK(counted.flip() == each.flip());
      CHECK(counted.confident_flip() == each.confident_flip());
      asked_of_each += each.queries;
      asked += counted.queries;
      confident += counted.census->adversarial_confident();
    }
  }
  CHECK(asked < asked_of_each);
  CHECK(confident > 0);
}

TEST_CASE("a pixel of colours that bounds rule out at once has no flip among sampled colours") {
  int certified = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    Attacked toy(seed % 2 ? "gauss" : "softmax", 3, seed);
    Exact at_once = by_bytes(toy.classifier);
    at_once.boxes = 1;
    const AttackRow row = toy.by(at_once);
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
    for (const int predicted : toy.model.predict(changed_images(toy.image, candidates)).classes)
      CHECK(predicted == toy.label);
  }
  CHECK(certified > 2);
}

TEST_CASE("an image below tau has no confident flip to be certified against") {
  Attacked toy("softmax", 1, 0);
  const AttackRow row = toy.by(by_bytes(toy.classifier, 1));
  CHECK(row.proof->certified_confident);
}

TEST_CASE("decisions are the same for any number of threads") {
  Attacked toy("gauss", 1, 5);
  const auto row = [&] { return toy.by(by_bytes(toy.classifier)); };
  CHECK(with_threads(1, row) == with_threads(3, row));
}

TEST_CASE("a decision takes no target, and says what it proves") {
  Attacked toy("softmax", 1, 0);
  CHECK_THROWS_WITH_AS(
      attack(by_bytes(toy.classifier), toy.model, toy.image, 0, toy.label, 1 - toy.label % 2),
      "exact: proves that the class stays, not that it misses a target", Error);
  CHECK(threat_model(by_bytes(toy.classifier)).find("in any order of summation") != std::string::npos);
}

TEST_CASE("proofs over the reals contain the verdicts of the exhaustive search") {
  int certified = 0, flipped = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    for (const char* head : {"softmax", "gauss"}) {
      CAPTURE(seed);
      CAPTURE(head);
      Attacked toy(head, 1, seed);
      const AttackRow row = toy.by(over_reals(toy.classifier), 3);
      const AttackRow tried = toy.by(Exhaustive{.census = true}, 3);
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
    Attacked toy(seed % 2 ? "gauss" : "softmax", 1, seed);
    const Proof proof = *toy.by(over_reals(toy.classifier)).proof;
    const ProvableNetwork network(toy.classifier);
    const auto ask = [&](Index row, Index column, double value) {
      const Tensor changed = data::to_tensor(toy.image, Dtype::f64);
      changed.mutable_data<double>()[row * 16 + column] = value;
      return network.in_double(changed);
    };
    for (const FlipRange& range : proof.ranges) {
      if (range.flip != Claim::yes) continue;
      for (const double share : {0.0, 0.3, 1.0})
        CHECK(ask(range.row, range.column, range.from + share * (range.to - range.from)).classes[0] !=
              toy.label);
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

TEST_CASE("a model that contradicts a proof stops the run, which says where") {
  int refuted = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Attacked toy("softmax", 1, seed);
    const Exact of_another = by_bytes(toy.classifier);
    const bool flips = toy.by(of_another).flip();
    auto& head = dynamic_cast<SoftmaxHead&>(toy.classifier.head());
    head.bias.mutable_data<float>()[toy.label] = 1e6F;  // it never changes its class
    const AttackedModel steady(toy.classifier);
    if (!flips) continue;
    ++refuted;
    CHECK_THROWS_WITH_AS(attack(of_another, steady, toy.image, 5, toy.label),
                         doctest::Contains("proof: of image 5, bounds say that pixel ("), Error);
  }
  CHECK(refuted > 0);
}

TEST_CASE("a head whose gamma is negative has no bounds") {
  Attacked toy("gauss", 1, 0);
  dynamic_cast<GaussHead&>(toy.classifier.head()).gamma.mutable_data<float>()[1] = -1;
  CHECK_THROWS_WITH_AS(by_bytes(toy.classifier), "bounds: a gamma of the head is negative or not a number",
                       Error);
}

TEST_CASE("proofs over the reals are for gray images, and say what they prove") {
  Classifier gray = toy_lenet("softmax", 1, 0), colour = toy_lenet("softmax", 3, 0);
  const AttackedModel colour_model(colour);
  const data::Images colour_image = random_image(3, 0);
  CHECK_THROWS_WITH_AS(
      attack(over_reals(colour), colour_model, colour_image, 7, 0),
      "exact: image 7 has 3 channels, and a pixel more than one value; over the reals, it is for "
      "gray images, use bytes",
      Error);
  CHECK(threat_model(over_reals(gray)).find("any real value from 0 to 1") != std::string::npos);
}

TEST_CASE("a certificate has ranges of all values, and the network in double keeps to their margins") {
  int kept = 0, flipped = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const char* head = seed % 4 == 0 ? "softmax" : seed % 4 == 1 ? "gauss" : seed % 4 == 2 ? "duq" : "ddu";
    Attacked toy(head, 1, seed);
    const ProvableNetwork network(toy.classifier);
    for (Exact method : {by_bytes(toy.classifier), over_reals(toy.classifier)}) {
      CAPTURE(seed);
      std::optional<Certificate> shown;
      method.keep_certificate = [&](const Certificate& certificate, const data::Images&, Index index) {
        CHECK(index == 3);
        shown = certificate;
      };
      const Proof proof = *toy.by(method, 3).proof;
      if (!shown) continue;
      CHECK(shown->domain == method.domain);
      CHECK(proof.certified == !shown->flip.has_value());
      const bool bytes = method.domain == Domain::bytes;
      // The label's logit over the rival's.
      const auto margin = [&](Index position, double value, int rival) {
        const Tensor changed = data::to_tensor(toy.image, Dtype::f64);
        changed.mutable_data<double>()[position] = value / (bytes ? 255 : 1);
        const Tensor logits = network.in_double(changed).logits;
        return logits.at(toy.label) - logits.at(rival);
      };
      if (shown->flip) {
        ++flipped;
        const auto& [place, values, rival] = *shown->flip;
        CHECK(rival.margin < 0);
        CHECK(margin(place.front(), values.front(), rival.label) ==
              doctest::Approx(rival.margin).epsilon(1e-9));
        continue;
      }
      ++kept;
      REQUIRE(shown->pixels.size() == 256);
      for (Index i = 0; i < 256; ++i) {
        double next = 0;
        for (const auto& [from, to, rival] : shown->pixels[i]) {
          CHECK(from == next);
          next = bytes ? to + 1 : to;
          CHECK(rival.margin > 0);
          if (i % 16 == 0)
            for (const double value : {from, to}) CHECK(margin(i, value, rival.label) > rival.margin - 1e-9);
        }
        CHECK(next == (bytes ? 256 : 1));
      }
    }
  }
  CHECK(kept > 1);
  CHECK(flipped > 1);
}

TEST_CASE("a network that overflows at some pixels' values ends no proof, and is certified of none") {
  Index overflows = 0;
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    Attacked toy("softmax", 1, seed);
    // About as before, but its largest feature is nearly the largest float: some pixels make it infinite.
    const double scale = 0.75 * std::numeric_limits<float>::max() /
                         max(reshape(toy.classifier.features(data::to_tensor(toy.image)), {-1}), 0).at(0);
    for (const State::Entry& entry : toy.classifier.state().parameters) {
      if (entry.name.starts_with("embed.fc1.")) entry.tensor->assign(0x1p60 * entry.tensor->detach());
      if (entry.name == "embed.fc2.weight") entry.tensor->assign(scale / 0x1p60 * entry.tensor->detach());
      if (entry.name == "embed.fc2.bias") entry.tensor->assign(zeros(entry.tensor->shape()));
      if (entry.name == "classifier.weight") entry.tensor->assign(1 / scale * entry.tensor->detach());
    }
    const AttackedModel model(toy.classifier);
    const Prediction before = model.predict(toy.image);
    REQUIRE(before.is_finite(0));
    toy.label = before.classes[0];
    data::Images white{256, 16, 16, 1, {}};
    for (Index i = 0; i < 256; ++i) {
      white.pixels.insert(white.pixels.end(), toy.image.pixels.begin(), toy.image.pixels.end());
      white.image(i)[i] = 255;
    }
    const Prediction after = model.predict(white);
    for (Index i = 0; i < 256; ++i) overflows += !after.is_finite(i);
    const AttackRow tried = attack(Exhaustive{.census = true}, model, toy.image, 0, toy.label);
    for (const Exact& method : {by_bytes(toy.classifier), over_reals(toy.classifier)}) {
      const AttackRow row = attack(method, model, toy.image, 0, toy.label);
      CHECK_FALSE(row.proof->certified);
      CHECK(row.census == tried.census);
      CHECK(row.confident_flip() == tried.confident_flip());
      for (const FlipRange& range : row.proof->ranges) CHECK((range.from >= 0 && range.to <= 1));
    }
  }
  CHECK(overflows > 0);
}
