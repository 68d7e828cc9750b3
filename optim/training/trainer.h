// Trainer: a classifier, its recipe and its data set, batch by batch; it can be saved and continued anywhere.
#pragma once

#include <voronet/core/safetensors.h>
#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>
#include <voronet/optim/sgd.h>
#include <voronet/optim/training/recipe.h>
#include <voronet/ranks/ranks.h>

#include <functional>
#include <memory>

namespace voronet {

// Of one pass over the training images, so far.
struct EpochProgress {
  Index batches = 0, images = 0, correct = 0;
  double loss_sum = 0;  // over images

  // Of an image, on average; NaN before the first batch.
  double loss() const { return loss_sum / static_cast<double>(images); }
  // Share of correct predictions, while training.
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(images); }
};

// Throws Error, naming class and data set, where there are fewer images of a class than training the head by
// this recipe needs (Head::least_of_a_class).
void require_classes(const Recipe& recipe, const Head& head, const data::Dataset& data);

// Training as a recipe says: SGD within the parameters' bounds; a warm-up with a softmax head if the recipe
// has one; and what the head does besides (Head::begin, after_step, after_epoch). Batches are cut by images
// where the network can be (batch_gradients). With the same recipe, configuration, data and seed, every run
// has the same bits, on any number of threads.
//
//   Trainer trainer(recipe("ce-2022"), {.embedding = 84}, data, 1);  // a Gauss LeNet, seed 1
//   while (trainer.epoch() < 60) trainer.train_epoch();
//   write_safetensors("gauss.safetensors", trainer.save());
//
// The ranks of a team train together: each has the whole network and, of each batch, a part of its own, the
// recipe's batch for each. Gradients, statistics of batch normalisation and sums of DUQ's centroids are those
// of the whole batch, so the training is, but for rounding, that of one rank with a batch as large. All ranks
// must do the same, in the same order.
class Trainer {
 public:
  // `config` describes the network; its head, bias and Gauss options come from the recipe. `data` must
  // outlive this. Throws Error as require_classes does. `augment` names a data::augmentation.
  Trainer(const Recipe& recipe, ClassifierConfig config, const data::Dataset& data, std::uint64_t seed,
          std::string augment = "none", ranks::Team& team = ranks::alone());

  // Trains on the rest of the current epoch and moves to the next. After each batch it calls `after_batch`,
  // if there is one, which may call save(), and stops early, between two batches, when that returns false (on
  // all ranks at once); returns whether the epoch ended. Throws Error, naming step and layer, when the loss
  // or a gradient is not finite; the parameters are then those of before the step.
  bool train_epoch(const std::function<bool(const EpochProgress&)>& after_batch = {});

  int epoch() const { return epoch_; }                             // epochs completed
  double rate() const { return optimizer_->rate(); }               // of the optimiser
  bool warming_up() const { return warming_up_; }                  // with a softmax head
  const EpochProgress& progress() const { return progress_; }      // of the current epoch
  const EpochProgress& last_epoch() const { return last_epoch_; }  // of the one before
  Classifier& classifier() { return classifier_; }                 // what is trained

  // The programs (see program()) that trained so far, this one last: "voronet 0.1.0, ..., then voronet ...".
  const std::string& programs() const { return programs_; }
  const std::string& data_md5() const { return data_md5_; }  // see data::content_md5

  // Everything that what comes next depends on; tensors share their storage with the trainer's. As a file it
  // also is a checkpoint for load_classifier.
  TensorFile save();
  // Continues where the saved trainer was, with as many images a batch over however many ranks. Throws Error,
  // which names each difference, when the file is of another model, recipe, batch, seed, augmentation or data
  // set (name or content). What an older version's file does not say is not compared.
  void load(const TensorFile& file, const std::string& source);

 private:
  Tensor loss_of(const Tensor& x, const Tensor& features, const Tensor& logits,
                 const std::vector<int>& labels);
  void train_batch(const Tensor& images, const std::vector<int>& labels);
  // Of the whole batch, and of this rank's part of it.
  void require_finite(double batch_loss, double loss, const std::vector<State::Entry>& entries,
                      const Tensors& gradients, const Tensor& images);
  Settings settings() const;  // all that must stay the same when a training goes on
  bool penalised() const;     // whether the loss now has a gradient penalty
  void begin_phase();         // loss and optimiser for the warm-up, or for what follows it
  void end_warmup();
  Index whole_batch() const { return recipe_.batch * team_.size(); }
  Tensor training_features();              // (images, d), not augmented, in evaluation mode
  std::vector<State::Entry> parameters();  // of the network, then the loss's own under "loss."
  double weight_decay(const std::string& parameter) const;

  Recipe recipe_;
  const data::Dataset& data_;
  std::uint64_t seed_;
  std::string augment_, data_md5_, programs_;
  ranks::Team& team_;
  Classifier classifier_;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<Sgd> optimizer_;
  bool warming_up_;
  int epoch_ = 0;
  EpochProgress progress_, last_epoch_;
};

}  // namespace voronet
