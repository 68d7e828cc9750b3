// Gradient attacks on the authors' networks against the numbers that tests/golden/gradient_attacks.py got
// from PyTorch.
#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/gradient/projected_gradient.h>
#include <voronet/attacks/summary.h>
#include <voronet/core/file.h>
#include <voronet/optim/training/recipe.h>

#include <filesystem>
#include <numeric>

#include "support/authors_networks.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

ProjectedGradient with(ProjectedGradient attack, double epsilon, Index steps, double step_size) {
  attack.epsilon = epsilon;
  attack.steps = steps;
  attack.step_size = step_size;
  return attack;
}

struct Case {
  std::string name;
  ProjectedGradient attack;
  Index tolerance;  // images
};

std::vector<Case> cases() {
  return {{"fgsm", fgsm(), 1},
          {"pgd-linf", pgd_linf(), 3},
          {"pgd-l2", pgd_l2(), 3},
          {"pgd-linf, 10 steps of 0.003", with(pgd_linf(), 0.03, 10, 0.003), 3},
          {"pgd-l2, epsilon 1, 20 steps of 0.1", with(pgd_l2(), 1, 20, 0.1), 3}};
}

bool within(Index count, const nlohmann::json& golden, Index tolerance) {
  return std::abs(count - golden.get<Index>()) <= tolerance;
}

}  // namespace

TEST_CASE("FGSM and PGD flip as many of the first 1,000 test images as they do in PyTorch") {
  if (sanitized) return skipped("1,000 images take minutes here");
  const auto authors = authors_networks();
  if (!authors) return;
  std::vector<Index> first(1000);
  std::iota(first.begin(), first.end(), 0);
  const data::Dataset set = authors->images.select(first);
  const auto golden =
      nlohmann::json::parse(read_file(VORONET_SOURCE_DIR "/tests/golden/gradient_attacks.json"));

  for (const auto& of_head : golden.items()) {
    const std::string& head = of_head.key();
    const std::filesystem::path file = authors->path(head);
    Classifier network = authors->load(head);
    for (const auto& of_loss : of_head.value().items())
      for (Case each : cases()) {
        const std::string& loss = of_loss.key();
        CAPTURE(head);
        CAPTURE(loss);
        CAPTURE(each.name);
        each.attack.rules.only_result = true;
        if (loss != "cross-entropy")
          each.attack.loss = training_loss(read_safetensors(file), network, file.string());
        const AttackSummary summary = summarise(attack_all(each.attack, network, set, {.images = 1000}), 0.1);
        const auto& expected = of_loss.value()[each.name];
        CHECK(summary.attacked == expected["attacked"].get<Index>());
        CHECK(within(summary.flips.count, expected["flips"], each.tolerance));
        CHECK(within(summary.confident_flips.count, expected["confident_flips"], each.tolerance));
      }
  }
}

TEST_CASE("PGD with random starts flips as many of 1,000 MNIST images as the paper's authors report") {
  const std::filesystem::path folder = VORONET_SOURCE_DIR "/../shared/networks/authors";
  if (sanitized) return skipped("1,000 images take minutes here");
  if (!std::filesystem::exists(folder) || data::find_folder(data::known_dataset("mnist")).empty())
    return skipped("needs the authors' networks in ../shared and `voronet data mnist`");
  const data::Dataset set = data::load("mnist", data::Split::test);
  struct Network {
    std::string head, file;
    Index theirs, tolerance;  // their random numbers are others
  };
  for (const Network& each : {Network{"softmax", "mnist-softmax-d10-eee2b74b7e", 230, 10},
                              Network{"gauss", "mnist-gauss-d10-5e33a766ca", 197, 20}}) {
    const std::filesystem::path file = folder / (each.file + ".safetensors");
    Classifier network =
        load_classifier(file, {{"model", "lenet"}, {"head", each.head}, {"mean", "0.5"}, {"std", "1"}});
    ProjectedGradient attack = pgd_linf();
    attack.random_start = true;
    attack.seed = 1;
    attack.rules.only_result = true;
    attack.loss = training_loss(read_safetensors(file), network, file.string());
    const AttackSummary summary = summarise(attack_all(attack, network, set, {.images = 1000}), 0.1);
    CHECK(std::abs(summary.confident_flips.count - each.theirs) <= each.tolerance);
  }
}
