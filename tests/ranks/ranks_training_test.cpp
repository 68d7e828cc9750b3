#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/spread_batch.h>
#include <voronet/data/loader.h>
#include <voronet/optim/training/batch_gradients.h>
#include <voronet/optim/training/trainer.h>

#include <algorithm>

#include "ranks/thread_team.h"
#include "support/program.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include "support/threads_are.h"
#include "support/toy_data.h"
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
Training lenet(const char* name, const std::vector<Stage>& warmup, const std::vector<Stage>& stages) {
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

struct ResNetTraining {
  int steps;
  Dtype dtype = Dtype::f64;
  double penalty = 0;  // on the slope of the features
  // The seed of random moves of all initial parameters, by about their last bit in f32; 0: none.
  std::uint64_t moved = 0;
};

// The losses of ResNet18 of width 16 in the first steps of training with batches of 32.
std::vector<double> losses(const ResNetTraining& training, ranks::Team& team) {
  const data::Dataset data = toy_data(320);
  ClassifierConfig config{.classes = 3, .height = 16, .width = 16};
  config.model = "resnet18";
  config.model_width = 16;
  Random random(3), last_bits(training.moved);
  Classifier network(config, random);
  network.to(training.dtype);
  network.train();
  Tensors parameters;
  for (const auto& entry : network.state().parameters) {
    parameters.push_back(*entry.tensor);
    if (training.moved == 0) continue;
    const Tensor noise = uniform(entry.tensor->shape(), -1e-7, 1e-7, last_bits, training.dtype);
    entry.tensor->assign(entry.tensor->detach() * (1 + noise));
  }
  Sgd sgd({{parameters, 5e-4}}, {.momentum = .9});
  sgd.set_rate(.01);
  const SpreadBatch spread([&](std::span<double> values) { team.sum(values); });
  std::vector<double> all;
  const data::BatchOptions options = {
      .size = 32, .part = team.rank(), .parts = team.size(), .dtype = training.dtype};
  while (true)
    for (const data::Batch& batch : data::batches(data, options)) {
      const auto loss_of = [&](Index, Index) {  // of the whole batch: the network needs it
        const Tensor x = variable(batch.images);
        const Tensor features = network.features(x);
        const Tensor loss = cross_entropy(network.head()(features), batch.labels);
        const bool penalised = training.penalty != 0;
        return (penalised ? loss + training.penalty * gradient_penalty(features, x) : loss) / team.size();
      };
      const auto [loss, gradients] =
          batch_gradients_over(team, network, batch.images.dim(0), loss_of, parameters);
      all.push_back(batch_sum(scalar(loss, training.dtype)).item());
      if (std::ssize(all) == training.steps) return all;
      sgd.step(gradients);
    }
}

std::vector<double> losses_of_two(const ResNetTraining& training) {
  std::vector<std::vector<double>> two(2);
  run_team(2,
           [&](ranks::Team& team) { two[static_cast<std::size_t>(team.rank())] = losses(training, team); });
  CHECK(two[0] == two[1]);
  return two[0];
}

}  // namespace

TEST_CASE("two ranks train ResNet18 of width 16 for 100 steps as one does, and with a gradient penalty") {
  const ThreadsAre threads(1);
  const int steps = sanitized ? 10 : 100;
  for (const ResNetTraining& training : {ResNetTraining{steps}, {.steps = 5, .penalty = 1e-2}})
    CHECK(largest_difference(losses_of_two(training), losses(training, ranks::alone())) < 1e-9);
}

TEST_CASE("a rank of MPI trains as one process does" * doctest::skip()) {
  const ranks::Job job;
  const ResNetTraining training{20};
  REQUIRE(ranks::everyone().size() == 2);
  CHECK(largest_difference(losses(training, ranks::everyone()), losses(training, ranks::alone())) < 1e-9);
}

TEST_CASE("two ranks of MPI train as one process does") {
  const auto outcome = run_test_on_ranks(2, "a rank of MPI trains as one process does");
  if (!outcome) return skipped("built without MPI");
  INFO(outcome->out << outcome->err);
  CHECK(outcome->status == 0);
}

// A ReLU in some hundred thousand lies on the other side of its kink after another order of additions, and
// the gradient jumps.
TEST_CASE("in f32, rounding parts two ranks from one no faster than one from itself") {
  const ThreadsAre threads(1);
  ResNetTraining training{.steps = 20, .dtype = Dtype::f32};
  const std::vector<double> one = losses(training, ranks::alone());
  const std::vector<double> two = losses_of_two(training);
  for (const std::size_t i : {0, 1})  // before and after the first step: a wrong gradient would show at once
    CHECK(two[i] == doctest::Approx(one[i]).epsilon(1e-4));
  const double by_ranks = largest_difference(two, one);
  double by_last_bits = 0;
  for (training.moved = 1; training.moved <= 5; ++training.moved)
    by_last_bits = std::max(by_last_bits, largest_difference(losses(training, ranks::alone()), one));
  MESSAGE("losses of 20 steps differ by up to "
          << by_ranks << " (two ranks) and " << by_last_bits
          << " (one, its initial parameters moved by their last bits, in five ways)");
  CHECK(by_ranks < 2 * by_last_bits);
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
