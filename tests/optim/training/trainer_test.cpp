#include <voronet/core/autograd.h>
#include <voronet/core/memory.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/version.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/heads/head.h>
#include <voronet/optim/training/evaluate.h>
#include <voronet/optim/training/trainer.h>

#include "support/threads_are.h"
#include "support/toy_data.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

// The constants of ce-2022 on a scale of seconds: warm-up, class means, Gauss.
Recipe short_recipe() {
  Recipe recipe = voronet::recipe("ce-2022");
  recipe.warmup = {{1, .1}};
  recipe.stages = {{1, .002}, {1, .0002}};
  recipe.batch = 32;
  return recipe;
}

Recipe short_duq() {
  Recipe recipe = voronet::recipe("duq");
  recipe.stages = {{1, .05}, {1, .01}, {1, .002}};
  recipe.batch = 32;
  return recipe;
}

Recipe short_ddu() {
  Recipe recipe = voronet::recipe("ddu");
  recipe.stages = {{2, .1}, {1, .01}};
  recipe.batch = 32;
  return recipe;
}

ClassifierConfig toy_network() { return {.classes = 3, .height = 16, .width = 16}; }

bool same_bits(const TensorFile& a, const TensorFile& b) {
  if (a.metadata != b.metadata || a.tensors.size() != b.tensors.size()) return false;
  for (const auto& [name, tensor] : a.tensors)
    if (!b.tensors.contains(name) || tensor.to_vector() != b.tensors.at(name).to_vector()) return false;
  return true;
}

constexpr int epochs = 3;

TensorFile train_to_the_end(Trainer& trainer) {
  while (trainer.epoch() < epochs) trainer.train_epoch([](const EpochProgress&) { return true; });
  TensorFile file = trainer.save();
  for (auto& [name, tensor] : file.tensors) tensor = tensor.clone();
  return file;
}

}  // namespace

TEST_CASE("training learns a simple data set, warm-up and class means included") {
  const data::Dataset data = test::toy_data(900);
  Trainer trainer(short_recipe(), toy_network(), data, 1);
  CHECK(trainer.classifier().config().head == "softmax");
  train_to_the_end(trainer);
  CHECK(trainer.classifier().config().head == "gauss");
  CHECK(trainer.last_epoch().accuracy() > 0.95);
  CHECK(trainer.last_epoch().images == 900);
}

TEST_CASE("a training that stops after any batch and is loaded again ends with the same bits") {
  const data::Dataset data = test::toy_data(100);  // four batches an epoch, the last one smaller
  for (const Recipe& recipe : {short_recipe(), short_duq(), short_ddu()}) {
    ClassifierConfig network = toy_network();
    network.spectral_norm = recipe.spectral_norm / 2;
    Trainer whole(recipe, network, data, 5);
    const TensorFile expected = train_to_the_end(whole);
    for (int stop_after = 1; stop_after < 12; ++stop_after) {
      TensorFile saved;
      {
        Trainer first(recipe, network, data, 5);
        int batches = 0;
        while (batches < stop_after)
          first.train_epoch([&](const EpochProgress&) { return ++batches < stop_after; });
        saved = first.save();
      }
      Trainer second(recipe, network, data, 5);
      second.load(saved, "saved");
      CHECK(same_bits(train_to_the_end(second), expected));
    }
  }
}

TEST_CASE("training ends with the same bits on any number of threads") {
  const data::Dataset data = test::toy_data(100);
  for (const Recipe& with_head : {short_recipe(), short_duq(), short_ddu()}) {
    Recipe recipe = with_head;
    recipe.batch = 70;  // in pieces
    ClassifierConfig network = toy_network();
    network.spectral_norm = recipe.spectral_norm / 2;
    const auto train = [&] {
      Trainer trainer(recipe, network, data, 5);
      return train_to_the_end(trainer);
    };
    const TensorFile one = test::with_threads(1, train);
    for (const int threads : {2, 3, 8}) CHECK(same_bits(test::with_threads(threads, train), one));
  }
}

TEST_CASE("so does a residual network's, whose layers need the whole batch") {
  const data::Dataset data = test::toy_data(30);
  for (const std::string name : {"softmax-cifar-15", "ce-cifar-15"}) {
    Recipe recipe = voronet::recipe(name);
    recipe.warmup.resize(std::min<std::size_t>(recipe.warmup.size(), 1));
    for (Stage& stage : recipe.warmup) stage.epochs = 1;
    recipe.batch = 20;
    const auto train = [&] {
      Trainer trainer(
          recipe, {.model = "resnet18", .model_width = 4, .classes = 3, .height = 16, .width = 16}, data, 5);
      return train_to_the_end(trainer);
    };
    const TensorFile one = test::with_threads(1, train);
    for (const int threads : {2, 3, 8}) CHECK(same_bits(test::with_threads(threads, train), one));
  }
}

TEST_CASE("DUQ's loss falls, and its centroids follow the features") {
  const data::Dataset data = test::toy_data(900);  // 29 batches an epoch, the last one of 4
  Trainer trainer(short_duq(), toy_network(), data, 1);
  const auto& head = dynamic_cast<DuqHead&>(trainer.classifier().head());
  const Tensor before = head.sums.clone();
  trainer.train_epoch([](const EpochProgress&) { return true; });
  const double first_loss = trainer.last_epoch().loss();
  train_to_the_end(trainer);
  CHECK(trainer.last_epoch().loss() < 0.9 * first_loss);
  CHECK(head.sums.to_vector() != before.to_vector());
  CHECK(trainer.classifier().training());
  double counts = 30;
  for (int batch = 0; batch < 3 * 29; ++batch) counts += 0.001 * ((batch % 29 < 28 ? 32 : 4) - counts);
  CHECK(sum(head.counts).item() == doctest::Approx(counts).epsilon(1e-5));
}

TEST_CASE("DDU's Gaussians are fitted after each epoch, and classify a simple data set") {
  const data::Dataset data = test::toy_data(900), other = test::toy_data(90, 2);
  Trainer trainer(short_ddu(), toy_network(), data, 1);
  train_to_the_end(trainer);
  CHECK(dynamic_cast<DduHead&>(trainer.classifier().head()).means.to_vector() != std::vector<double>(30, 0));
  Evaluation evaluation;
  evaluation.add(trainer.classifier().predict(data::to_tensor(other.images)), other.labels);
  CHECK(evaluation.accuracy() > 0.95);
}

TEST_CASE("training with augmentation differs from training without, and is resumed with the same bits") {
  const data::Dataset data = test::toy_data(100);
  Trainer plain(short_recipe(), toy_network(), data, 5),
      whole(short_recipe(), toy_network(), data, 5, "crop-flip");
  const TensorFile expected = train_to_the_end(whole);
  CHECK_FALSE(same_bits(train_to_the_end(plain), expected));
  Trainer first(short_recipe(), toy_network(), data, 5, "crop-flip"),
      second(short_recipe(), toy_network(), data, 5, "crop-flip"),
      without(short_recipe(), toy_network(), data, 5);
  first.train_epoch([](const EpochProgress& progress) { return progress.batches < 3; });
  second.load(first.save(), "saved");
  CHECK(same_bits(train_to_the_end(second), expected));
  CHECK_THROWS_WITH_AS(without.load(first.save(), "file"),
                       "file: was trained with augment crop-flip, not none", Error);
}

TEST_CASE("a trainer names every setting in which what was saved differs from its own") {
  const data::Dataset data = test::toy_data(64);
  Trainer trained(short_recipe(), toy_network(), data, 1);
  const TensorFile saved = trained.save();
  const auto refusal = [&](const Recipe& recipe, const ClassifierConfig& network, const data::Dataset& set) {
    try {
      Trainer(recipe, network, set, 1).load(saved, "file");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(refusal(short_recipe(), toy_network(), data) == "none");
  ClassifierConfig network = toy_network();
  network.mean = {0.4};
  network.final_relu = false;
  CHECK(refusal(short_recipe(), network, data) ==
        "file: was trained with final_relu on, not off, mean 0.5, not 0.4");
  network = toy_network();
  network.deviation = {0.3};
  CHECK(refusal(short_recipe(), network, data) == "file: was trained with std 1, not 0.3");
  network = toy_network();
  network.spectral_norm = 2;
  CHECK(refusal(short_recipe(), network, data) == "file: was trained with spectral_norm 0, not 2");
  network = toy_network();
  network.embedding = 8;
  CHECK(refusal(short_recipe(), network, data) == "file: was trained with embedding 10, not 8");

  Recipe recipe = short_recipe();
  recipe.stages.back().rate = .001;
  CHECK(
      refusal(recipe, toy_network(), data) ==
      "file: was trained with rates 1 epochs at 0.002, 1 epochs at 2e-04, not 1 epochs at 0.002, 1 epochs at "
      "0.001");
  recipe = short_recipe();
  recipe.momentum = 0;
  recipe.warmup = {};
  CHECK(refusal(recipe, toy_network(), data)
            .ends_with("momentum 0.9, not 0, warm_up 1 epochs at 0.1, not none"));

  data::Dataset replaced = data;  // under the same name
  replaced.images.pixels.front() ^= 1;
  CHECK(refusal(short_recipe(), toy_network(), replaced).starts_with("file: was trained with data_md5 "));
}

TEST_CASE("a checkpoint names the programs that trained it, and one of an older version goes on") {
  const data::Dataset data = test::toy_data(64);
  Trainer trainer(short_recipe(), toy_network(), data, 1);
  TensorFile saved = trainer.save();
  CHECK(saved.metadata.at("program") == program());
  const auto programs_after = [&](const TensorFile& file) {
    Trainer next(short_recipe(), toy_network(), data, 1);
    next.load(file, "file");
    return next.save().metadata.at("program");
  };
  CHECK(programs_after(saved) == program());
  saved.metadata["program"] = "voronet 9";
  CHECK(programs_after(saved) == "voronet 9, then " + program());
  for (const char* key : {"program", "data_md5", "rates", "momentum"}) saved.metadata.erase(key);
  CHECK(programs_after(saved) == "an unknown version of voronet, then " + program());
}

TEST_CASE("a trainer refuses what another run saved") {
  const data::Dataset data = test::toy_data(64);
  Trainer one(short_recipe(), toy_network(), data, 1), two(short_recipe(), toy_network(), data, 2);
  CHECK_THROWS_WITH_AS(two.load(one.save(), "file"), "file: was trained with seed 1, not 2", Error);
  TensorFile broken = one.save();
  broken.tensors.erase("optimizer.velocity.3");
  CHECK_THROWS_AS(one.load(broken, "file"), Error);
  broken = one.save();
  broken.metadata["epoch"] = "soon";
  CHECK_THROWS_AS(one.load(broken, "file"), Error);
}

TEST_CASE(
    "a loss that is not finite stops training with its step and layer, and the parameters stay as they "
    "were") {
  const data::Dataset data = test::toy_data(64);
  Trainer trainer(recipe("softmax"), toy_network(), data, 1);
  for (const auto& entry : trainer.classifier().state().parameters)
    if (entry.name == "embed.fc1.weight")
      entry.tensor->mutable_data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH_AS(
      trainer.train_epoch([](const EpochProgress&) { return true; }),
      "training: the loss is nan at epoch 1, step 1; it arose in embed.fc1 (a lower learning rate may help)",
      Error);
}

TEST_CASE("a warm-up before a head that cannot take over is refused before it begins") {
  const data::Dataset data = test::toy_data(64);
  for (const char* head : {"softmax", "duq"}) {
    Recipe recipe = short_recipe();
    recipe.head = head;
    const std::string expected =
        text("training: recipe ce-2022 has a warm-up, from which head ", head, " cannot take over");
    CHECK_THROWS_WITH_AS(Trainer(recipe, toy_network(), data, 1), expected.c_str(), Error);
  }
}

TEST_CASE("no tensor and no graph is left alive by a training loop") {
  const data::Dataset data = test::toy_data(64);
  Trainer trainer(short_recipe(), toy_network(), data, 1);
  const auto epoch = [&] { trainer.train_epoch([](const EpochProgress&) { return true; }); };
  epoch();
  epoch();  // past the change of heads, after which the numbers stay
  const auto buffers = memory::statistics().live_buffers;
  const Index nodes = autograd::live_nodes();
  epoch();
  CHECK(memory::statistics().live_buffers == buffers);
  CHECK(autograd::live_nodes() == nodes);
}

TEST_CASE("a head that needs images of each class is refused before it is trained without") {
  data::Dataset toy = test::toy_data(30);
  for (int& label : toy.labels) label = label == 2 ? 1 : label;
  CHECK_THROWS_WITH_AS(Trainer(short_recipe(), toy_network(), toy, 1),
                       "training: toy has 0 images of class lower right to train on, and head gauss needs 1",
                       Error);
  toy.labels.back() = 2;
  CHECK_NOTHROW(Trainer(short_recipe(), toy_network(), toy, 1));
  CHECK_THROWS_WITH_AS(Trainer(short_ddu(), toy_network(), toy, 1),
                       "training: toy has 1 images of class lower right to train on, and head ddu needs 2",
                       Error);
  toy.class_names.clear();  // as data of one's own may be
  CHECK_THROWS_WITH_AS(Trainer(short_ddu(), toy_network(), toy, 1),
                       "training: toy has 1 images of class 2 to train on, and head ddu needs 2", Error);
  // What follows no warm-up, and what counts as it goes, do without.
  toy.labels.back() = 0;
  Recipe plain = short_recipe();
  plain.warmup.clear();
  CHECK_NOTHROW(Trainer(plain, toy_network(), toy, 1));
  CHECK_NOTHROW(Trainer(short_duq(), toy_network(), toy, 1));
}
