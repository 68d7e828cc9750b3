#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/spread_batch.h>
#include <voronet/core/version.h>
#include <voronet/data/content_md5.h>
#include <voronet/data/loader.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/optim/schedule.h>
#include <voronet/optim/training/batch_gradients.h>
#include <voronet/optim/training/trainer.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

namespace voronet {
namespace {

// Streams of random numbers: the recipe's head does not change what the embedding starts from.
enum Stream : std::uint64_t { embedding_stream, head_stream };

ClassifierConfig with_head(ClassifierConfig config, const Recipe& recipe, bool warming_up) {
  config.head = warming_up ? "softmax" : recipe.head;
  config.bias = recipe.bias;
  config.gauss = recipe.gauss;
  return config;
}

Classifier make_classifier(const ClassifierConfig& config, std::uint64_t seed) {
  Random random(seed, embedding_stream);
  return Classifier(config, random);
}

Schedule rates(const Recipe& recipe) {
  std::vector<RateStage> stages;
  for (const auto* part : {&recipe.warmup, &recipe.stages})
    for (const Stage& stage : *part) stages.push_back({static_cast<double>(stage.epochs), stage.rate});
  return staged_schedule(stages);
}

Tensor to_tensor(const EpochProgress& p) {
  return from({static_cast<double>(p.batches), static_cast<double>(p.images), static_cast<double>(p.correct),
               p.loss_sum},
              {4}, Dtype::f64);
}

EpochProgress from_tensor(const Tensor& x, const std::string& source) {
  require(x.shape() == Shape{4}, source, ": training progress is ", x.shape(), ", not (4)");
  return {static_cast<Index>(x.at(0)), static_cast<Index>(x.at(1)), static_cast<Index>(x.at(2)), x.at(3)};
}

Index count_correct(const Tensor& logits, const std::vector<int>& labels) {
  const std::vector<int> predicted = argmax(logits);
  return std::inner_product(labels.begin(), labels.end(), predicted.begin(), Index{0}, std::plus(),
                            std::equal_to());
}

using NamedTensors = std::map<std::string, Tensor>;

// Those whose names begin with the prefix, without it.
NamedTensors with_prefix(const std::string& prefix, const NamedTensors& tensors) {
  NamedTensors chosen;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) chosen[name.substr(prefix.size())] = tensor;
  return chosen;
}

const Tensor& at(const NamedTensors& tensors, const std::string& name, const std::string& source) {
  const auto found = tensors.find(name);
  require(found != tensors.end(), source, ": no tensor ", name);
  return found->second;
}

}  // namespace

void require_classes(const Recipe& recipe, const Head& head, const data::Dataset& data) {
  // Without a warm-up there is nothing to take over from.
  if (head.takes_over() && recipe.warmup_epochs() == 0) return;
  const std::vector<Index> counts = data.class_counts();
  for (std::size_t k = 0; k < counts.size(); ++k)
    require(counts[k] >= head.least_of_a_class(), "training: ", data.name, " has ", counts[k], ' ',
            data.unit(), " of class ", k < data.class_names.size() ? data.class_names[k] : text(k),
            " to train on, and head ", recipe.head, " needs ", head.least_of_a_class());
}

Trainer::Trainer(const Recipe& recipe, ClassifierConfig config, const data::Dataset& data, std::uint64_t seed,
                 std::string augment, ranks::Team& team)
    : recipe_(recipe),
      data_(data),
      seed_(seed),
      augment_(std::move(augment)),
      data_md5_(data::content_md5(data)),
      programs_(program()),
      team_(team),
      classifier_(make_classifier(with_head(std::move(config), recipe, recipe.warmup_epochs() > 0), seed)),
      warming_up_(recipe.warmup_epochs() > 0) {
  Random random;  // of a head that is only asked
  const auto head = make_head(with_head(classifier_.config(), recipe, false), random);
  require(!warming_up_ || head->takes_over(), "training: recipe ", recipe.name,
          " has a warm-up, from which head ", recipe.head, " cannot take over");
  require_classes(recipe, *head, data);
  begin_phase();
}

std::vector<State::Entry> Trainer::parameters() {
  std::vector<State::Entry> all = classifier_.state().parameters;
  for (const auto& [name, tensor, bounds] : loss_->parameters())
    all.push_back({"loss." + name, tensor, bounds});
  return all;
}

double Trainer::weight_decay(const std::string& parameter) const {
  const auto& decay = recipe_.weight_decay;
  if (warming_up() || parameter.starts_with("embed.")) return decay.embed;
  if (parameter.starts_with("loss.")) return decay.loss;
  return parameter == "classifier.gamma" ? decay.gamma : decay.head;
}

void Trainer::begin_phase() {
  loss_ = make_loss(warming_up() ? "softmax" : recipe_.loss, classifier_.config().classes);
  std::vector<ParameterGroup> groups;
  for (const auto& entry : parameters())
    groups.push_back(
        {.parameters = {*entry.tensor}, .weight_decay = weight_decay(entry.name), .bounds = entry.bounds});
  optimizer_ = std::make_unique<Sgd>(groups, SgdOptions{.momentum = recipe_.momentum});
}

void Trainer::end_warmup() {
  Random random(seed_, head_stream);
  classifier_.replace_head(with_head(classifier_.config(), recipe_, false), random);
  warming_up_ = false;
  begin_phase();
}

Tensor Trainer::training_features() {
  const NoGrad scope;
  const Evaluating mode(classifier_);
  const Tensor features({data_.size(), classifier_.config().embedding}, Dtype::f32);
  Index row = 0;
  for (const auto& [images, labels] : data::batches(data_, {.size = 1000, .shuffle = false})) {
    slice(features, 0, row, row + images.dim(0)).assign(classifier_.features(images));
    row += images.dim(0);
  }
  return features;
}

bool Trainer::train_epoch(const std::function<bool(const EpochProgress&)>& after_batch) {
  if (warming_up_ && epoch_ >= recipe_.warmup_epochs()) {
    end_warmup();
    classifier_.head().begin(training_features(), data_.labels);
  }
  classifier_.train();
  optimizer_->set_rate(rates(recipe_)(epoch_));
  const data::BatchOptions options = {.size = whole_batch(),
                                      .part = team_.rank(),
                                      .parts = team_.size(),
                                      .seed = seed_,
                                      .epoch = static_cast<std::uint32_t>(epoch_),
                                      .first_batch = progress_.batches,
                                      .augment = data::augmentation(augment_)};
  for (const auto& [images, labels] : data::batches(data_, options)) {
    train_batch(images, labels);
    if (after_batch && !after_batch(progress_)) return false;
  }
  classifier_.head().after_epoch([&] { return training_features(); }, data_.labels);
  last_epoch_ = progress_;
  progress_ = {};
  ++epoch_;
  return true;
}

bool Trainer::penalised() const {
  return !warming_up() &&
         (recipe_.gradient_penalty.features != 0 || recipe_.gradient_penalty.confidences != 0);
}

Tensor Trainer::loss_of(const Tensor& x, const Tensor& features, const Tensor& logits,
                        const std::vector<int>& labels) {
  const auto& penalty = recipe_.gradient_penalty;
  Tensor loss = (*loss_)(logits, labels);
  if (!penalised()) return loss;
  if (penalty.features != 0) loss = loss + penalty.features * gradient_penalty(features, x);
  if (penalty.confidences != 0)
    loss = loss + penalty.confidences * gradient_penalty(classifier_.head().confidences(logits), x);
  return loss;
}

void Trainer::train_batch(const Tensor& images, const std::vector<int>& labels) {
  const Index batch_images = std::min(whole_batch(), data_.size() - progress_.images);
  const double weight = data::batch_part(batch_images, team_.rank(), team_.size()).weight;
  // A batch too small to be cut is whole on each rank.
  const bool is_spread = team_.size() > 1 && batch_images >= team_.size();
  const SumOverProcesses sum_over_ranks = [this](std::span<double> values) { team_.sum(values); };
  const SpreadBatch spread(is_spread ? sum_over_ranks : SumOverProcesses());
  Head& head = classifier_.head();
  Tensor features;  // of the batch, if the head asks for them
  if (head.follows_steps())
    features = Tensor({images.dim(0), classifier_.config().embedding}, images.dtype());
  std::atomic<Index> correct = 0;
  const auto loss_of_piece = [&](Index first, Index last) {
    const std::vector<int> some(labels.begin() + first, labels.begin() + last);
    const Tensor part = slice(images, 0, first, last), x = penalised() ? variable(part) : part;
    const Tensor part_features = classifier_.features(x);
    const Tensor logits = classifier_.logits(part_features);
    if (features.defined()) slice(features, 0, first, last).assign(part_features);
    correct += count_correct(logits, some);
    return weight * loss_of(x, part_features, logits, some);  // the ranks' add up to the batch's
  };

  const auto entries = parameters();
  Tensors handles;
  for (const auto& entry : entries) handles.push_back(*entry.tensor);
  const auto [loss, gradients] =
      batch_gradients_over(team_, classifier_, images.dim(0), loss_of_piece, handles);
  // Of the whole batch: the loss, and the share that is classified correctly.
  double totals[] = {loss, weight * static_cast<double>(correct) / static_cast<double>(images.dim(0))};
  team_.sum(totals);
  require_finite(totals[0], loss, entries, gradients, images);
  optimizer_->step(gradients);
  // Features from before the step for a head from after it: so the paper's authors move DUQ's centroids.
  if (features.defined()) head.after_step(features, labels);

  const auto count = static_cast<double>(batch_images);
  ++progress_.batches;
  progress_.images += batch_images;
  progress_.correct += std::lround(totals[1] * count);
  progress_.loss_sum += totals[0] * count;
}

void Trainer::require_finite(double batch_loss, double loss, const std::vector<State::Entry>& entries,
                             const Tensors& gradients, const Tensor& images) {
  const std::string step = text("epoch ", epoch_ + 1, ", step ", progress_.batches + 1);
  if (!std::isfinite(batch_loss)) {
    const SpreadBatch alone({});  // the search ends at different layers on different ranks
    const std::string layer = first_nonfinite_layer(classifier_, images);
    throw Error(text("training: the loss is ", batch_loss, " at ", step, "; it arose in ",
                     !layer.empty()        ? layer
                     : std::isfinite(loss) ? "the images of another rank"
                                           : "the loss function",
                     " (a lower learning rate may help)"));
  }
  for (std::size_t i = 0; i < gradients.size(); ++i)
    // A sum is infinite or NaN if any element is; one that overflows without is as much reason to stop.
    require(std::isfinite(sum(gradients[i].detach()).item()), "training: the gradient of ", entries[i].name,
            " is not finite at ", step);
}

Settings Trainer::settings() const {
  Settings settings = to_settings(classifier_.config());
  settings.merge(recipe_settings(recipe_));
  settings.merge(Settings{{"seed", text(seed_)},
                          {"data", data_.name},
                          {"data_md5", data_md5_},
                          {"augment", augment_},
                          {"batch", text(whole_batch())}});
  return settings;
}

TensorFile Trainer::save() {
  TensorFile file = save_state(classifier_);
  for (const auto& entry : loss_->parameters()) file.tensors["loss." + entry.name] = entry.tensor->detach();
  for (const auto& [name, tensor] : optimizer_->save()) file.tensors["optimizer." + name] = tensor;
  file.tensors["training.progress"] = to_tensor(progress_);
  file.tensors["training.last_epoch"] = to_tensor(last_epoch_);
  file.metadata.merge(settings());
  file.metadata["epoch"] = text(epoch_);
  file.metadata["phase"] = warming_up_ ? "warm-up" : "main";
  file.metadata["program"] = programs_;
  return file;
}

void Trainer::load(const TensorFile& file, const std::string& source) {
  const auto metadata = [&](const char* key) {
    const auto found = file.metadata.find(key);
    require(found != file.metadata.end(), source, ": not written by training, it has no ", key);
    return found->second;
  };
  if (warming_up_ && metadata("phase") == "main") end_warmup();
  std::vector<std::string> differences;
  for (const auto& [key, value] : settings())
    if (const auto saved = file.metadata.find(key); saved != file.metadata.end() && saved->second != value)
      differences.push_back(text(key, ' ', saved->second, ", not ", value));
  require(differences.empty(), source, ": was trained with ", listed(differences));
  load_state(classifier_, file, source);
  const auto own = with_prefix("loss.", file.tensors);
  for (const auto& entry : loss_->parameters()) entry.tensor->assign(at(own, entry.name, source));
  optimizer_->load(with_prefix("optimizer.", file.tensors));
  const auto training = with_prefix("training.", file.tensors);
  progress_ = from_tensor(at(training, "progress", source), source);
  last_epoch_ = from_tensor(at(training, "last_epoch", source), source);
  const auto epoch = parse_number<int>(metadata("epoch"));
  require(epoch && *epoch >= 0, source, ": epoch '", metadata("epoch"), "' is not a number of epochs");
  epoch_ = *epoch;
  const auto by = file.metadata.find("program");
  const std::string before = by == file.metadata.end() ? "an unknown version of voronet" : by->second;
  programs_ = before.ends_with(program()) ? before : before + ", then " + program();
}

}  // namespace voronet
