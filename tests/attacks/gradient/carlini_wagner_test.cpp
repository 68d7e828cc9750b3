#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/gradient/carlini_wagner.h>
#include <voronet/attacks/gradient/projected_gradient.h>

#include <cmath>
#include <limits>

#include "attacks/attacked_lenet.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

const CarliniWagner quick{.iterations = 30, .rounds = 6, .rate = 0.05};

}  // namespace

TEST_CASE("Carlini-Wagner ends with images in [0, 1] that have the margin, and nearer ones without it") {
  for (const char* head : {"softmax", "gauss"}) {
    AttackedLenet lenet(head, 17);
    CarliniWagner published = quick;
    published.margin = 0.05;
    published.rules.only_result = true;
    const auto rows = attack(published, lenet.network, lenet.images, lenet.jobs);
    Index flips = 0;
    for (const AttackRow& row : rows) {
      CHECK(row.queries == 6 * 30);
      if (!row.flip()) continue;
      ++flips;
      for (const float value : row.perturbation->image) CHECK((value >= 0 && value <= 1));
      const auto& image = row.perturbation->image;
      const Prediction after = lenet.network.predict(from({image.begin(), image.end()}, {1, 28, 28, 1}));
      CHECK(after.logits.at(row.predicted) - after.logits.at(row.label) > 0.05 - 1e-4);
    }
    CHECK(flips > 8);

    CarliniWagner without = published;
    without.margin = 0;
    const auto nearer = attack(without, lenet.network, lenet.images, lenet.jobs);
    double with_margin = 0, without_margin = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].flip() && nearer[i].flip()) {
        with_margin += rows[i].perturbation->l2;
        without_margin += nearer[i].perturbation->l2;
      }
    CHECK(without_margin < with_margin);
  }
}

TEST_CASE("Carlini-Wagner flips by less, in L2, than PGD within a ball that it fills") {
  AttackedLenet lenet;
  ProjectedGradient pgd = pgd_l2();
  pgd.epsilon = 4;
  pgd.step_size = 0.5;
  pgd.rules.only_result = true;
  const auto filled = attack(pgd, lenet.network, lenet.images, lenet.jobs);
  const auto nearest = attack(quick, lenet.network, lenet.images, lenet.jobs);
  Index compared = 0, smaller = 0;
  for (std::size_t i = 0; i < filled.size(); ++i)
    if (filled[i].flip() && nearest[i].flip()) {
      ++compared;
      smaller += nearest[i].perturbation->l2 < filled[i].perturbation->l2;
    }
  CHECK(compared > 0);
  CHECK(smaller == compared);
}

TEST_CASE("Carlini-Wagner reaches targets, repeats for any number of threads, and checks its options") {
  AttackedLenet lenet("softmax", 18);
  for (AttackJob& job : lenet.jobs) job.target = (job.label + 3) % 10;
  std::vector<std::vector<AttackRow>> rows;
  for (const int threads : {1, 3}) {
    const ThreadsAre scope(threads);
    rows.push_back(attack(quick, lenet.network, lenet.images, lenet.jobs));
  }
  CHECK(rows[0] == rows[1]);
  Index flips = 0;
  for (const AttackRow& row : rows[0]) {
    flips += row.flip();
    if (row.flip()) CHECK(row.predicted == *row.target);
  }
  CHECK(flips > 0);
  const auto run = [&](const CarliniWagner& options) {
    return attack(options, lenet.network, lenet.images, lenet.jobs);
  };
  CHECK_THROWS_WITH_AS(run({.iterations = 0}), doctest::Contains("at least 1 is needed"), Error);
  CHECK_THROWS_AS(run({.margin = -1}), Error);
  CHECK_THROWS_AS(run({.first_weight = 0}), Error);
}

TEST_CASE("a gradient that is not finite counts as none") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor gradient = from({1, -infinity, infinity, std::nan(""), -2}, {5});
  CHECK(finite_part(gradient).to_vector() == std::vector<double>{1, 0, 0, 0, -2});
}
