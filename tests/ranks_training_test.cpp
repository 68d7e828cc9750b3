#include <voronet/apps/gradient_sum.h>
#include <voronet/apps/trainer.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/spread_batch.h>
#include <voronet/data/loader.h>

#include <algorithm>

#include "sanitized.h"
#include "thread_team.h"
#include "threads_are.h"
#include "toy_data.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

struct Training {
  Recipe recipe;  // its batch is that of all ranks
  ClassifierConfig network;
  int epochs;
};

// Training doubles a difference in the last bit every few steps, all the faster the deeper the network and
// the higher the rate; these rates are low enough to compare what is left.
Training lenet(const char* name, std::vector<Stage> warmup, std::vector<Stage> stages) {
  Training training{recipe(name), {.classes = 3, .height = 16, .width = 16}, 0};
  training.recipe.warmup = warmup;
  training.recipe.stages = stages;
  training.recipe.batch = 24;
  training.network.spectral_norm = training.recipe.spectral_norm / 2;
  training.epochs = training.recipe.epochs();
  return training;
}

struct Trained {
  std::vector<double> losses;  // mean of each batch
  TensorFile saved;
};

Trained train(const Training& training, const data::Dataset& data, ranks::Team& team = ranks::alone()) {
  Recipe recipe = training.recipe;
  recipe.batch /= team.size();
  Trainer trainer(recipe, training.network, data, 3, "crop-flip", team);
  Trained trained;
  while (trainer.epoch() < training.epochs) {
    EpochProgress before;
    trainer.train_epoch([&](const EpochProgress& now) {
      trained.losses.push_back((now.loss_sum - before.loss_sum) /
                               static_cast<double>(now.images - before.images));
      before = now;
      return true;
    });
    CHECK(trainer.last_epoch().images == data.size());
  }
  trained.saved = trainer.save();
  return trained;
}

// What each of the ranks has.
std::vector<Trained> train_over(int ranks, const Training& training, const data::Dataset& data) {
  const ThreadsAre threads(1);
  std::vector<Trained> all(static_cast<std::size_t>(ranks));
  run_team(ranks, [&](ranks::Team& team) {
    all[static_cast<std::size_t>(team.rank())] = train(training, data, team);
  });
  return all;
}

bool same_bits(const TensorFile& a, const TensorFile& b) {
  return a.metadata == b.metadata && a.tensors.size() == b.tensors.size() &&
         std::all_of(a.tensors.begin(), a.tensors.end(), [&](const auto& named) {
           return named.second.to_vector() == b.tensors.at(named.first).to_vector();
         });
}

double largest_difference(const std::vector<double>& losses, const std::vector<double>& expected) {
  double largest = losses.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < losses.size(); ++i)
    largest = std::max(largest, std::abs(losses[i] / expected.at(i) - 1));
  return largest;
}

}  // namespace

TEST_CASE("ranks train as one does with a batch as large, and all end with the same bits") {
  const data::Dataset data = toy_data(121);  // batches of 24, then one of a single image
  for (const Training& training :
       {lenet("ce-2022", {{1, .1}}, {{2, .0002}}), lenet("duq", {}, {{1, .05}, {2, .01}}),
        lenet("ddu", {}, {{2, .1}, {1, .01}})}) {
    CAPTURE(training.recipe.name);
    const std::vector<double> expected = train(training, data).losses;
    for (const int ranks : {2, 3}) {
      const std::vector<Trained> found = train_over(ranks, training, data);
      CHECK(largest_difference(found[0].losses, expected) < 1e-4);
      for (const Trained& other : found) CHECK(same_bits(other.saved, found[0].saved));
    }
  }
}

namespace {

// The losses of ResNet18 of width 16 in the first steps of training with batches of 32, in f64: in f32 a ReLU
// in a hundred thousand is on the other side of its kink after another order of additions, and that alone
// moves the gradient by a hundredth.
std::vector<double> resnet_losses(int steps, double penalty, ranks::Team& team) {
  const data::Dataset data = toy_data(320);
  ClassifierConfig config{.classes = 3, .height = 16, .width = 16};
  config.model = "resnet18";
  config.model_width = 16;
  Random random(3);
  Classifier network(config, random);
  network.to(Dtype::f64);
  network.train();
  Tensors parameters;
  for (const auto& entry : network.state().parameters) parameters.push_back(*entry.tensor);
  Sgd sgd({{parameters, 5e-4}}, {.momentum = .9});
  sgd.set_rate(.1);
  const SpreadBatch spread([&](std::span<double> values) { team.sum(values); });
  std::vector<double> losses;
  const data::BatchOptions options = {
      .size = 32, .part = team.rank(), .parts = team.size(), .dtype = Dtype::f64};
  while (true)
    for (const auto& [images, labels] : data::batches(data, options)) {
      const Tensor x = variable(images);
      const Tensor features = network.features(x);
      Tensor loss = cross_entropy(network.head()(features), labels);
      if (penalty != 0) loss = loss + penalty * gradient_penalty(features, x);
      loss = loss / team.size();
      losses.push_back(batch_sum(loss.detach()).item());
      if (std::ssize(losses) == steps) return losses;
      sgd.step(grad_over(team, loss, parameters));
    }
}

}  // namespace

TEST_CASE("two ranks train ResNet18 of width 16 for 100 steps as one does, and with a gradient penalty") {
  const ThreadsAre threads(1);
  for (const auto& [steps, penalty] : {std::pair(test::sanitized ? 10 : 100, 0.0), {5, 1e-2}}) {
    const std::vector<double> one = resnet_losses(steps, penalty, ranks::alone());
    std::vector<std::vector<double>> two(2);
    run_team(2, [&, steps = steps, penalty = penalty](ranks::Team& team) {
      two[static_cast<std::size_t>(team.rank())] = resnet_losses(steps, penalty, team);
    });
    CHECK(two[0] == two[1]);
    CHECK(largest_difference(two[0], one) < 1e-9);
  }
}

TEST_CASE("what ranks saved is continued by fewer, with the same batch") {
  const data::Dataset data = toy_data(96);
  const Training training = lenet("softmax", {}, {{1, .1}});
  const auto batches_of = [&](Index images) {
    Recipe recipe = training.recipe;
    recipe.batch = images;
    return recipe;
  };
  TensorFile saved;
  run_team(2, [&](ranks::Team& team) {
    Trainer part(batches_of(12), training.network, data, 3, "none", team);
    part.train_epoch([](const EpochProgress& so_far) { return so_far.batches < 2; });
    if (team.rank() == 0) saved = part.save();
  });
  Trainer other(batches_of(12), training.network, data, 3);
  CHECK_THROWS_WITH_AS(other.load(saved, "file"), "file: was trained with batch 24, not 12", Error);
  Trainer one(batches_of(24), training.network, data, 3);
  one.load(saved, "file");
  CHECK(one.progress().batches == 2);
  one.train_epoch([](const EpochProgress&) { return true; });
  CHECK(one.last_epoch().images == 96);
}

TEST_CASE("a loss that is not finite on one rank ends the training on all") {
  data::Dataset data = toy_data(48);
  Training training = lenet("softmax", {}, {{3, 1e6}});
  CHECK_THROWS_AS(train_over(2, training, data), Error);
}
