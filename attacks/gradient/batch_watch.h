// The account that gradient attacks keep of the images of a batch: what flip_watch.h is for changes of
// bytes.
#pragma once

#include <voronet/attacks/attack_row.h>
#include <voronet/layers/plan/predictor.h>

#include <functional>
#include <span>
#include <vector>

namespace voronet {

class BatchWatch {
 public:
  // Images (n, h, w, c) as the predictor takes them, image i that of jobs[i]. tau: see OnePixel. Throws Error
  // as start does (success.h). The predictor must outlive the watch.
  BatchWatch(const Predictor& predictor, const Tensor& images, std::span<const AttackJob> jobs, double tau,
             std::uint64_t seed = 0);

  // Those that have not yet the flip that they can have, a confident one where their own confidence was tau
  // or more; and that count() and look() are about these images alone from now on, in this order.
  std::vector<int> unflipped() const;
  void only(std::vector<int> images) { now_ = std::move(images); }

  // Adds a query for each image.
  void count();
  // What an image that flips the class is worth, to be chosen among an attack's; nothing: it is passed over.
  using Worth = std::function<std::optional<double>(Index i)>;
  // Looks for flips among the answers to `images` (n, h, w, c), which were counted last. Of an image's flips
  // the three of greatest worth are kept; by default that is the confidence in its new class.
  void look(const Prediction& answers, const Tensor& images, const Worth& worth = {});
  // From now on a confident flip goes before any that is not.
  void prefer_confident() { prefer_confident_ = true; }

  // The rows, in the order of the jobs. Of the flips that were kept the best one is reported that the
  // predictor confirms for the image in floats, alone.
  std::vector<AttackRow> finish();

 private:
  struct Best {
    std::vector<float> image;
    double worth = 0;
    bool confident = false;
  };
  bool goes_before(const Best& a, const Best& b) const;
  void confirm(AttackRow& row, std::vector<Best>& best, const Tensor& before) const;

  const Predictor& predictor_;
  Tensor images_;
  double tau_;
  bool prefer_confident_ = false;
  std::vector<AttackRow> rows_;
  std::vector<int> now_;                 // the rows that are attacked now
  std::vector<std::vector<Best>> best_;  // of each image, the best first
};

// What a network's logits (n, classes) say, outside any graph.
Prediction answers_of(const Classifier& model, const Tensor& logits);

}  // namespace voronet
