// What all gradient attacks are made of: batches of images, on all threads, the account of each, and a loss
// to go by: the margin between logits, which does not saturate where confidences do.
#pragma once

#include <voronet/attacks/attack_row.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/plan/predictor.h>

#include <functional>
#include <span>
#include <vector>

namespace voronet {

// What gradient attacks have in common.
struct GradientRules {
  double tau = 0.1;  // see OnePixel
  // False: every image that the model is asked about is judged, and the best flip counts. True, as in the
  // published programs: only what an attack ends with.
  bool only_result = false;
};

// The account that gradient attacks keep of the images of a batch, as FlipWatch does of changes of bytes.
class BatchWatch {
 public:
  // Images (n, h, w, c) as the predictor takes them, image i that of jobs[i]. tau: see OnePixel. Throws Error
  // as start does (success.h). The predictor must outlive the watch.
  BatchWatch(const Predictor& predictor, const Tensor& images, std::span<const AttackJob> jobs, double tau,
             std::uint64_t seed = 0);

  // Those that have not yet the flip that they can have, a confident one where their own confidence was tau
  // or more; and that count() and look() are about these images alone from now on, in this order.
  std::vector<int> unflipped() const;
  void only(std::vector<int> images) { now_ = std::move(images); }  // see unflipped

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

// An attack on images (n, h, w, c) in [0, 1], of the network's dtype, which counts and looks at its queries.
using AttackPiece =
    std::function<void(const Tensor& images, std::span<const AttackJob> jobs, BatchWatch& watch)>;

// Attacks all images, images[i] that of jobs[i], in pieces of 16 that run beside one another, with the model
// in evaluation mode. A row has the same bits for any number of threads; its last bits may depend on the
// images of its piece, whose matrix products round otherwise. Throws Error as BatchWatch does.
std::vector<AttackRow> attack_in_pieces(Classifier& model, const data::Images& images,
                                        std::span<const AttackJob> jobs, double tau, std::uint64_t seed,
                                        const AttackPiece& attack);

// The gradient with 0 where it is not finite: where float arithmetic overflows, no direction is known.
Tensor finite_part(const Tensor& gradient);

// The class that each attack's loss is about, the target or else the label, and the sign of what the attack
// wants: -1 to lower a target's loss, 1 to raise the label's.
struct Aims {
  std::vector<int> classes;  // n
  Tensor signs;              // (n, 1, 1, 1)
};
Aims aims_of(std::span<const AttackJob> jobs, Dtype dtype);

// How gradient attacks' threat models begin: what the attacker may do.
std::string gradient_rules(const std::string& change, const GradientRules& rules);

// (n): the logit of each class of `aimed`, (n, classes), one-hot, less the largest of the others.
Tensor margins(const Tensor& logits, const Tensor& aimed);

// Sum over the batch of what the labels' logits lack of the largest other: above 0 for a flip (Carlini and
// Wagner, "Towards evaluating the robustness of neural networks", 2017, f_6).
class MarginLoss : public Loss {
 public:
  Tensor operator()(const Tensor& logits, std::span<const int> labels) override;
};

}  // namespace voronet
