#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/gradient/projected_gradient.h>
#include <voronet/core/autograd.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/sequential.h>

#include <cmath>

#include "attacks/attacked_lenet.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

std::vector<ProjectedGradient> all_attacks() {
  ProjectedGradient wide = fgsm(0.3), linf = pgd_linf(), l2 = pgd_l2(), l1 = sparse_l1(),
                    halving_linf = apgd_linf(), halving_l2 = apgd_l2();
  halving_linf.epsilon = 0.3;
  halving_l2.epsilon = 4;
  linf.epsilon = 0.3;
  linf.step_size = 0.05;
  l2.epsilon = 4;
  l2.step_size = 0.5;
  l1.epsilon = 30;
  l1.step_size = 4;
  for (auto* attack : {&linf, &l2, &l1, &halving_linf, &halving_l2}) attack->steps = 10;
  return {wide, linf, l2, l1, halving_linf, halving_l2};
}

double length_of(Norm norm, const Perturbation& change) {
  return norm == Norm::linf ? change.linf : norm == Norm::l2 ? change.l2 : change.l1;
}

}  // namespace

TEST_CASE("what flips lies in the ball and in [0, 1], and the network confirms it") {
  for (const char* head : {"softmax", "gauss"}) {
    AttackedLenet lenet(head);
    const Predictor predictor(lenet.network);
    for (ProjectedGradient options : all_attacks())
      for (const bool random_start : {false, true}) {
        options.random_start = random_start;
        CAPTURE(options.name);
        const auto rows = attack(options, lenet.network, lenet.images, lenet.jobs);
        Index flips = 0;
        for (const AttackRow& row : rows) {
          CHECK(row.queries == options.steps + 1);
          CHECK(row.perturbation.has_value() == row.flip());
          if (!row.flip()) continue;
          ++flips;
          const Perturbation& change = *row.perturbation;
          CHECK(length_of(options.norm, change) <= options.epsilon * (1 + 1e-5));
          for (const float value : change.image) CHECK((value >= 0 && value <= 1));
          const Tensor image = from({change.image.begin(), change.image.end()}, {1, 28, 28, 1});
          CHECK(predictor(image).classes[0] == row.predicted);
          CHECK(row.predicted != row.label);
        }
        CHECK(flips > 0);
      }
  }
}

TEST_CASE("FGSM changes each value by epsilon along the sign of the loss's gradient") {
  AttackedLenet lenet;
  const auto rows = attack(fgsm(0.3), lenet.network, lenet.images, lenet.jobs);
  for (const AttackRow& row : rows) {
    if (!row.flip()) continue;
    const Tensor clean = data::to_tensor(lenet.images, std::vector{row.index}), x = variable(clean);
    const Tensor slope = grad(cross_entropy(lenet.network(x), std::vector{row.label}), {x})[0];
    for (Index i = 0; i < 784; ++i) {
      if (std::abs(slope.at(i)) < 1e-6) continue;  // where rounding may decide the sign
      const double wanted = clean.at(i) + (slope.at(i) > 0 ? 0.3 : -0.3);
      CHECK(row.perturbation->image[i] == doctest::Approx(std::clamp(wanted, 0.0, 1.0)));
    }
  }
}

TEST_CASE("a targeted attack lowers the target's loss and reaches nothing but the target") {
  AttackedLenet lenet;
  for (AttackJob& job : lenet.jobs) job.target = (job.label + 1) % 10;
  Index flips = 0;
  for (const ProjectedGradient& options : all_attacks())
    for (const AttackRow& row : attack(options, lenet.network, lenet.images, lenet.jobs)) {
      if (!row.flip()) continue;
      ++flips;
      CHECK(row.predicted == *row.target);
      CHECK(row.confidences_after[*row.target] > row.confidences_before[*row.target]);
    }
  CHECK(flips > 0);
}

TEST_CASE("an image alone is attacked as it is among others") {
  AttackedLenet lenet;
  for (ProjectedGradient options : all_attacks()) {
    options.random_start = true;
    const auto rows = attack(options, lenet.network, lenet.images, lenet.jobs);
    for (const Index i : {0, 5, 19}) {
      const AttackRow alone =
          attack(options, lenet.network, lenet.images.select({&i, 1}), {&lenet.jobs[i], 1}).at(0);
      CAPTURE(options.name);
      CHECK(alone.predicted == rows[i].predicted);
      CHECK(alone.queries == rows[i].queries);
      REQUIRE(alone.flip() == rows[i].flip());
      if (alone.flip())
        CHECK(length_of(options.norm, *alone.perturbation) ==
              doctest::Approx(length_of(options.norm, *rows[i].perturbation)).epsilon(1e-3));
    }
  }
}

TEST_CASE("rows of gradient attacks have the same bits for any number of threads, also of one piece alone") {
  for (const Index count : {5, 40}) {
    AttackedLenet lenet("gauss", count);
    for (ProjectedGradient options : all_attacks()) {
      options.random_start = true;
      options.restarts = 3;
      std::vector<std::vector<AttackRow>> rows;
      for (const int threads : {1, 2, 5}) {
        const ThreadsAre scope(threads);
        rows.push_back(attack(options, lenet.network, lenet.images, lenet.jobs));
      }
      CHECK(rows[0] == rows[1]);
      CHECK(rows[0] == rows[2]);
    }
  }
}

TEST_CASE("judging only the result finds no more than judging every image on the way") {
  AttackedLenet lenet("gauss");
  ProjectedGradient options = all_attacks()[1];
  const auto all = attack(options, lenet.network, lenet.images, lenet.jobs);
  options.rules.only_result = true;
  const auto last = attack(options, lenet.network, lenet.images, lenet.jobs);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].flip() >= last[i].flip());
    CHECK(all[i].confident_flip() >= last[i].confident_flip());
    if (last[i].flip()) CHECK(last[i].first_flip == options.steps + 1);
  }
}

TEST_CASE("random starts repeat by seed and differ between seeds") {
  AttackedLenet lenet;
  ProjectedGradient options = all_attacks()[2];
  options.random_start = true;
  options.seed = 1;
  const auto one = attack(options, lenet.network, lenet.images, lenet.jobs);
  CHECK(one == attack(options, lenet.network, lenet.images, lenet.jobs));
  options.seed = 2;
  CHECK(one != attack(options, lenet.network, lenet.images, lenet.jobs));
}

TEST_CASE("more runs flip what one does and more, and leave out what was flipped with confidence") {
  AttackedLenet lenet("gauss", 40);
  Index more = 0;
  for (ProjectedGradient options : all_attacks()) {
    options.epsilon /= 40;  // about where flips begin
    for (const bool random_start : {false, true}) {
      options.random_start = random_start;
      options.restarts = 1;
      const auto once = attack(options, lenet.network, lenet.images, lenet.jobs);
      options.restarts = 4;
      const auto often = attack(options, lenet.network, lenet.images, lenet.jobs);
      CHECK(often == attack(options, lenet.network, lenet.images, lenet.jobs));
      for (std::size_t i = 0; i < once.size(); ++i) {
        CHECK(often[i].flip() >= once[i].flip());
        CHECK(often[i].confident_flip() >= once[i].confident_flip());
        const bool settled =
            once[i].confidences_before[once[i].label] >= 0.1 ? once[i].confident_flip() : once[i].flip();
        if (settled) CHECK(often[i].queries == once[i].queries);
        if (!often[i].flip()) CHECK(often[i].queries == 4 * once[i].queries);
        more += often[i].flip() > once[i].flip();
      }
    }
  }
  CHECK(more > 0);
}

TEST_CASE("APGD walks as computed by hand, with momentum and from the best point after halving") {
  // One pixel x, the first logit; the loss is largest at 0.6.
  struct Near : Loss {
    Tensor operator()(const Tensor& logits, std::span<const int>) override {
      const Tensor x = slice(logits, 1, 0, 1);
      if (walk.empty() || walk.back() != x.at(0)) walk.push_back(x.at(0));
      return -sum(square(x - 0.6));
    }
    std::vector<double> walk;
  };
  const auto near = std::make_shared<Near>();
  Random random;
  SoftmaxHead head(1, 2, random);
  head.weight.assign(from({1, 0}, {2, 1}));
  head.bias.assign(from({0, 5}, {2}));
  ClassifierConfig config{.embedding = 1, .classes = 2, .height = 1, .width = 1};
  config.mean = {0};
  Classifier network(config, std::make_unique<Flatten>(), std::make_unique<SoftmaxHead>(std::move(head)));
  ProjectedGradient options = apgd_linf();
  options.epsilon = 0.4;
  options.steps = 6;
  options.loss = near;
  const AttackJob job{0, 1, {}};
  attack(options, network, {1, 1, 1, 1, {128}}, {&job, 1});
  const std::vector<double> from_pixel{0, 0.4, -0.1, 0.2, 0.15, 0.0375};
  REQUIRE(near->walk.size() == from_pixel.size());
  for (std::size_t i = 0; i < from_pixel.size(); ++i)
    CHECK(near->walk[i] == doctest::Approx(128 / 255.0 + from_pixel[i]).epsilon(1e-5));
}

TEST_CASE("gradient attacks refuse options out of range and images that are not theirs") {
  AttackedLenet lenet;
  const auto run = [&](const ProjectedGradient& options) {
    return attack(options, lenet.network, lenet.images, lenet.jobs);
  };
  CHECK_THROWS_WITH_AS(run(fgsm(0)), "FGSM: epsilon 0 is not above 0 and at most 1e+09", Error);
  CHECK_THROWS_WITH_AS(run({.name = "PGD", .steps = 0}), "PGD: 0 steps, at least 1 is needed", Error);
  CHECK_THROWS_AS(run({.step_size = 0}), Error);
  CHECK_THROWS_AS(run({.sparsity = 1}), Error);
  CHECK_THROWS_WITH_AS(run({.name = "PGD", .restarts = 0}), "PGD: 0 runs, at least 1 is needed", Error);
  for (const ProjectedGradient& wrong : {ProjectedGradient{.norm = Norm::l1, .apgd = true},
                                         ProjectedGradient{.apgd = true, .rules = {.only_result = true}}})
    CHECK_THROWS_WITH_AS(run(wrong), doctest::Contains("APGD's steps are for Linf and L2"), Error);
  CHECK_THROWS_WITH_AS(run({.rules = {.tau = 2}}), "attack: tau 2 is not in 0..1", Error);
  lenet.jobs[3].target = lenet.jobs[3].label;
  CHECK_THROWS_WITH_AS(run(fgsm()), doctest::Contains("is not another of the 10 classes"), Error);
  lenet.jobs[3] = {3, (lenet.jobs[3].label + 1) % 10, {}};
  CHECK_THROWS_WITH_AS(run(fgsm()), doctest::Contains("only images that the model gets right"), Error);
  lenet.jobs.pop_back();
  CHECK_THROWS_AS(run(fgsm()), Error);
}

TEST_CASE("the threat model says what may change, by how much, and by which loss") {
  const std::string text = threat_model(pgd_l2());
  CHECK(text.find("at most 0.1 in the norm L2") != std::string::npos);
  CHECK(text.find("40 steps of 0.01, by cross-entropy") != std::string::npos);
  CHECK(text.find("not proved safe") != std::string::npos);
  ProjectedGradient more = apgd_linf();
  more.restarts = 5;
  more.seed = 3;
  CHECK(
      threat_model(more).find("40 steps of 0.2, halved by APGD's rule, 5 runs, all but the first from random "
                              "starts, seed 3, by") != std::string::npos);
}

TEST_CASE("gradients that overflow, and ranges that floats cannot hold, leave images within [0, 1]") {
  AttackedLenet lenet("softmax", 3);
  // Features so large that the gradient of the logits, not the logits, is more than floats can hold.
  for (const Tensor& weight : lenet.network.parameters())
    if (weight.rank() == 2) weight.assign(1e12F * weight.detach());
  const auto classes = lenet.network.predict(data::to_tensor(lenet.images)).classes;
  for (std::size_t i = 0; i < classes.size(); ++i) lenet.jobs[i].label = classes[i];
  for (const ProjectedGradient& options : all_attacks())
    for (const AttackRow& row : attack(options, lenet.network, lenet.images, lenet.jobs))
      if (row.perturbation)
        for (const float value : row.perturbation->image) CHECK((value >= 0 && value <= 1));

  ProjectedGradient wide = fgsm(1e39);
  CHECK_THROWS_WITH_AS(attack(wide, lenet.network, lenet.images, lenet.jobs),
                       "FGSM: epsilon 1e+39 is not above 0 and at most 1e+09", Error);
  wide.epsilon = std::nan("");
  CHECK_THROWS_AS(attack(wide, lenet.network, lenet.images, lenet.jobs), Error);
}
