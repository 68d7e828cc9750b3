// A network that overflows within reach of an attack: that ends no attack, and hides no flip.
#include <voronet/attacks/gradient/carlini_wagner.h>
#include <voronet/attacks/gradient/gradient_attack.h>
#include <voronet/attacks/gradient/projected_gradient.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/sequential.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Of images of 6 x 6 whose pixels add up to s: a feature scale x s, of which slope and -slope are the logits'
// weights; the second one's bias.
Classifier network_of(double scale, double slope, double bias) {
  Random random;
  Linear sum(36, 1, random, Linear::Bias::no);
  sum.weight.assign(full({1, 36}, scale));
  auto embed = std::make_unique<Sequential>();
  embed->add(Flatten());
  embed->add(std::move(sum));
  auto head = std::make_unique<SoftmaxHead>(1, 2, random);
  head->weight.assign(from({slope, -slope}, {2, 1}));
  head->bias.assign(from({0, bias}, {2}));
  ClassifierConfig config{.embedding = 1, .classes = 2, .height = 6, .width = 6};
  config.mean = {0};
  return Classifier(config, std::move(embed), std::move(head));
}

// An image with s = 33.04, and by default a network that flips it from s = 33.2 on. Above 33.36 the feature
// overflows, logits are infinite, and confidences NaN.
struct Overflowing {
  AttackRow by(const auto& options) {
    const auto rows = attack(options, network, image, {&job, 1});
    REQUIRE(rows.size() == 1);
    check(rows[0]);
    return rows[0];
  }

  void check(const AttackRow& row) const {
    for (const double confidence : row.confidences_before) CHECK(std::isfinite(confidence));
    if (!row.perturbation) return;
    for (const float value : row.perturbation->image) CHECK((value >= 0 && value <= 1));
    for (const double norm : {row.perturbation->linf, row.perturbation->l2, row.perturbation->l1})
      CHECK(std::isfinite(norm));
  }

  Classifier network = network_of(1.02e37, 1 / 1.02e37, 66.4);
  data::Images image{1, 6, 6, 1, std::vector<std::uint8_t>(36, 234)};
  AttackJob job{0, 1, {}};
};

ProjectedGradient wide(ProjectedGradient attack, double epsilon) {
  attack.epsilon = epsilon;
  attack.loss = std::make_shared<MarginLoss>();
  return attack;
}

}  // namespace

TEST_CASE("a step to where all is NaN is a flip without confidence") {
  Overflowing toy;
  const AttackRow row = toy.by(wide(fgsm(0.3), 0.3));
  REQUIRE(row.flip());
  CHECK_FALSE(row.confident_flip());
  CHECK(row.predicted == 0);
  CHECK(std::isnan(row.confidences_after[0]));
}

TEST_CASE("searches find the flips before a network overflows, and those are confident") {
  Overflowing toy;
  ProjectedGradient linf = wide(pgd_linf(), 0.3), l1 = wide(sparse_l1(), 0.9);
  linf.step_size = 0.002;
  l1.step_size = 0.02;
  for (const ProjectedGradient& options :
       {linf, wide(pgd_l2(), 0.6), wide(apgd_linf(), 0.3), wide(apgd_l2(), 0.6), l1}) {
    CAPTURE(options.name);
    const AttackRow row = toy.by(options);
    REQUIRE(row.confident_flip());
    CHECK(row.confidences_after[0] > 0.5);
  }
  for (const bool only_result : {false, true}) {
    const AttackRow row = toy.by(CarliniWagner{.margin = 0.05, .rules = {.only_result = only_result}});
    REQUIRE(row.confident_flip());
    CHECK(row.confidences_after[0] > 0.5);
  }
}

TEST_CASE(
    "where the gradient overflows, the image stays; one too large or small to be squared has a direction") {
  const auto climbs = {wide(fgsm(0.3), 0.3),   wide(pgd_linf(), 0.3), wide(pgd_l2(), 0.6),
                       wide(apgd_linf(), 0.3), wide(apgd_l2(), 0.6),  wide(sparse_l1(), 0.9)};
  const auto flips = [&](Overflowing toy, bool expected) {
    for (const ProjectedGradient& options : climbs) {
      CAPTURE(options.name);
      CHECK(toy.by(options).flip() == expected);
    }
  };
  flips({network_of(1e25, 1e25, 1), {1, 6, 6, 1, std::vector<std::uint8_t>(36)}}, false);
  flips({network_of(1e-25, 1, 66.4e-25)}, true);
  flips({network_of(1e25, 1, 66.4e25)}, true);
  CHECK(Overflowing{network_of(1e25, 1, 66.4e25)}.by(CarliniWagner{}).flip());
}
