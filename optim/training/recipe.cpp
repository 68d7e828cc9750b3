#include <voronet/optim/training/recipe.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

int total(const std::vector<Stage>& stages) {
  int epochs = 0;
  for (const Stage& stage : stages) epochs += stage.epochs;
  return epochs;
}

// "40 epochs at 0.1, 20 epochs at 0.01", or "none".
std::string rates_of(const std::vector<Stage>& stages) {
  std::vector<std::string> words;
  for (const Stage& stage : stages) words.push_back(text(stage.epochs, " epochs at ", exact(stage.rate)));
  return words.empty() ? "none" : listed(words);
}

using Stages = std::vector<Stage>;

// One of this kind.
Recipe like(Recipe kind, const char* name, const char* about, const Stages& warmup, const Stages& stages) {
  kind.name = name;
  kind.about = about;
  kind.warmup = warmup;
  kind.stages = stages;
  return kind;
}

std::vector<Recipe> all_recipes() {
  const double vgg_bound = 1 / std::sqrt(512.0);  // centroids start uniform in +-1/sqrt(d), else in [0, 0.1)
  const Stages cifar10 = {{100, .1}, {100, .01}, {100, .001}}, cifar100 = {{150, .1}, {75, .01}, {75, .001}},
               july = {{20, .1}, {50, .01}, {50, .005}, {50, .001}};
  // A gentle start, long at a high rate, then down to where the noise of the batches dies away.
  const Stages short_run = {{1, .02}, {7, .1}, {3, .03}, {2, .01}, {2, .002}};
  // Kinds of which there are several: what those have in common.
  const Recipe softmax = {.head = "softmax", .loss = "softmax"};
  const Recipe unbiased = {.head = "softmax", .loss = "softmax", .bias = false};
  const Recipe ce = {.head = "gauss", .loss = "ce-2022", .weight_decay = {.head = 0, .loss = 5e-3}};
  const Recipe unbiased_ce = {
      .head = "gauss", .loss = "ce-2022", .bias = false, .weight_decay = {.head = 0, .loss = 5e-3}};
  return {
      like(softmax, "softmax", "the baseline for MNIST and Fashion-MNIST", {}, {{40, .1}, {20, .01}}),
      like(unbiased, "softmax-cifar", "the baseline for CIFAR-10, without bias", {}, cifar10),
      like(unbiased, "softmax-cifar100", "the baseline for CIFAR-100, without bias", {}, cifar100),
      {.name = "tailored-2020",
       .about = "squared errors at four temperatures, CIFAR-10 with ResNet18",
       .head = "gauss",
       .loss = "tailored-2020",
       .stages = cifar10,
       .gauss = {.gamma = 1, .learn_gamma = false}},
      {.name = "tailored-2020-vgg16",
       .about = "the same with the centroids' start that VGG16 had",
       .head = "gauss",
       .loss = "tailored-2020",
       .stages = cifar10,
       .gauss = {.gamma = 1, .learn_gamma = false, .low = -vgg_bound, .high = vgg_bound}},
      {.name = "tailored-2020-cifar100",
       .about = "squared errors at three temperatures, CIFAR-100",
       .head = "gauss",
       .loss = "tailored-2020-cifar100",
       .stages = cifar100,
       .gauss = {.gamma = 1, .learn_gamma = false}},
      {.name = "tailored-2020-07",
       .about = "squared errors at two temperatures, gamma learned, CIFAR-10",
       .head = "gauss",
       .loss = "tailored-2020-07",
       .warmup = {{5, .1}},
       .stages = july,
       .bias = false,
       .gauss = {.gamma = 1},
       .weight_decay = {.head = 0}},
      {.name = "tailored-2020-07-cifar100",
       .about = "the same for CIFAR-100, with a longer warm-up",
       .head = "gauss",
       .loss = "tailored-2020-07-cifar100",
       .warmup = {{20, .1}},
       .stages = july,
       .bias = false,
       .gauss = {.gamma = 1},
       .weight_decay = {.head = 0}},
      {.name = "bce-2022",
       .about = "binary cross-entropy with a gradient penalty",
       .head = "gauss",
       .loss = "bce-2022",
       .warmup = {{10, .05}},
       .stages = {{15, .05}, {25, .01}, {25, .002}, {25, .0004}},
       .weight_decay = {.head = 0, .gamma = -5e-4, .loss = .1},
       .gradient_penalty = {.features = 1e-2}},
      like(ce, "ce-2022", "cross-entropy with a margin, MNIST and Fashion-MNIST; the default for gauss",
           {{10, .1}}, {{30, .02}, {20, .002}}),
      {.name = "duq",
       .about = "DUQ: binary cross-entropy with a gradient penalty, MNIST and Fashion-MNIST",
       .head = "duq",
       .loss = "duq",
       .stages = {{25, .05}, {25, .01}, {25, .002}},
       .gradient_penalty = {.confidences = 1}},
      {.name = "duq-free",
       .about = "DUQ without the penalty, as the slopes of the authors' Fashion-MNIST network are",
       .head = "duq",
       .loss = "duq",
       .stages = {{25, .05}, {25, .01}, {25, .002}}},
      {.name = "ddu",
       .about =
           "DDU: softmax with limited spectral norms, then one Gaussian a class; constants are softmax's",
       .head = "ddu",
       .loss = "softmax",
       .stages = {{40, .1}, {20, .01}},
       .spectral_norm = 3},
      like(softmax, "softmax-12", "MNIST and Fashion-MNIST in 12 epochs, for laptops; not the authors'", {},
           {{8, .05}, {2, .01}, {2, .002}}),
      like(ce, "ce-12", "ce-2022 for the same in as many epochs; not the authors'", {{5, .05}},
           {{3, .02}, {2, .01}, {2, .002}}),
      like(unbiased, "softmax-cifar-15", "CIFAR-10 in 15 epochs, for laptops; not the authors'", {},
           short_run),
      like(unbiased_ce, "ce-cifar-15", "ce-2022 for CIFAR-10 in 15 epochs, for laptops; not the authors'",
           {{1, .02}, {7, .1}, {3, .03}},
           {{2, .01}, {2, .002}}),  // centroids come when features have settled
      like(unbiased, "softmax-plane",
           "two features to look at, with --embedding 2 --final-relu off; not the authors'", {},
           {{6, .05}, {3, .005}}),
      like(unbiased_ce, "ce-plane", "ce-2022 for the same; not the authors'", {{4, .05}},
           {{2, .002}, {5, .01}, {2, .002}}),  // at .02 at once, three of eight seeds ended in NaN
      {.name = "softmax-points",
       .about = "the default for points instead of images; not the authors'",
       .head = "softmax",
       .loss = "softmax",
       .stages = {{40, .05}, {10, .005}},
       .weight_decay = {.embed = 1e-4, .head = 1e-4},
       .batch = 32},
      {.name = "ce-points",
       .about = "ce-2022 for the same; not the authors'",
       .head = "gauss",
       .loss = "ce-2022",
       .warmup = {{20, .05}},
       .stages = {{20, .02}, {10, .002}},
       .weight_decay = {.embed = 1e-4, .head = 0, .loss = 5e-3},
       .batch = 32},
  };
}

}  // namespace

int Recipe::warmup_epochs() const { return total(warmup); }

int Recipe::epochs() const { return warmup_epochs() + total(stages); }

Settings recipe_settings(const Recipe& recipe) {
  const auto& [embed, head, gamma, loss] = recipe.weight_decay;
  const auto& [features, confidences] = recipe.gradient_penalty;
  return {{"recipe", recipe.name},
          {"loss", recipe.loss},
          {"warm_up", rates_of(recipe.warmup)},
          {"rates", rates_of(recipe.stages)},
          {"gauss_start", text("gamma ", exact(recipe.gauss.gamma), ", centroids ", exact(recipe.gauss.low),
                               " to ", exact(recipe.gauss.high))},
          {"weight_decay", text("embed ", exact(embed), ", head ", exact(head), ", gamma ", exact(gamma),
                                ", loss ", exact(loss))},
          {"gradient_penalty", text("features ", exact(features), ", confidences ", exact(confidences))},
          {"momentum", exact(recipe.momentum)}};
}

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all = all_recipes();
  return all;
}

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const Recipe& r : recipes()) names.push_back(r.name);
  return names;
}

const Recipe& recipe(std::string_view name) {
  const auto& all = recipes();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Recipe& r) { return r.name == name; });
  require(found != all.end(), "recipe: no recipe is called ", name, "; there are ", listed(recipe_names()));
  return *found;
}

Recipe recipe_for(const std::string& name, const std::string& head, bool points) {
  const bool known =
      std::any_of(recipes().begin(), recipes().end(), [&](const Recipe& r) { return r.head == head; });
  const auto default_name = [&]() -> std::string {
    if (head == "gauss") return points ? "ce-points" : "ce-2022";
    if (!known || head == "softmax") return points ? "softmax-points" : "softmax";
    return head;
  };
  Recipe chosen = recipe(name.empty() ? default_name() : name);
  if (!known && !head.empty() && chosen.head == "softmax") chosen.head = head;
  require(head.empty() || head == chosen.head, "train: recipe ", chosen.name, " is for head ", chosen.head,
          ", not ", head);
  return chosen;
}

std::unique_ptr<Loss> training_loss(const TensorFile& file, Classifier& model, const std::string& source) {
  const std::string& head = model.config().head;
  const auto named = file.metadata.find("recipe");
  // A program's own recipe may have no name.
  const bool says =
      named != file.metadata.end() && !named->second.empty() && recipe(named->second).head == head;
  const Recipe trained_by = recipe_for(says ? named->second : "", head);

  auto loss = make_loss(trained_by.loss, model.config().classes, model.dtype());
  for (const auto& [name, tensor, bounds] : loss->parameters()) {
    const auto stored = file.tensors.find("loss." + name);
    if (stored == file.tensors.end()) continue;
    require(stored->second.shape() == tensor->shape(), source, ": loss.", name, " is ",
            stored->second.shape(), " but this model has ", tensor->shape());
    tensor->assign(stored->second);
  }
  return loss;
}

}  // namespace voronet
