// The account that every attack on an image keeps: queries, first flips, the best flip as it is confirmed.
//
//   FlipWatch watch(predict, image, row, goal, tau);
//   while (!watch.done() && there_is_more()) {
//     watch.see(queries(candidates), candidates);
//   }
//   return watch.finish();
#pragma once

#include <voronet/attacks/attack_row.h>
#include <voronet/attacks/pixel/pixel_queries.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace voronet {

// What ends a search: the first flip, or the first confident one.
enum class Goal { flip, confident_flip };

class FlipWatch {
 public:
  // `row` says which image of which label is attacked, with what target and seed; the rest of it is filled
  // here. tau: see OnePixel. Throws Error when `image` is not one image, when the model does not give it its
  // label, when the target is not another class, and when tau is not in 0..1. predict and image must outlive
  // it.
  FlipWatch(const Predict& predict, const data::Images& image, AttackRow row, Goal goal, double tau);

  // What is known so far; until finish(), not which pixels make the best flip.
  const AttackRow& row() const { return row_; }

  // Adds the answers to so many images to the queries; throws Error when there are not so many answers.
  void count(const Prediction& answers, Index images);
  // Looks for flips among the answers that were counted last. image_of(i) gives the bytes of image i; it is
  // asked only for those that are the best so far, with the greatest confidence in the new class. A flip
  // counts only if the model confirms it for that image on its own: in a batch of another size, and in quick
  // answers, the last bits of a network's output may differ.
  void look(const Prediction& answers, const std::function<std::vector<std::uint8_t>(Index)>& image_of);

  // Both, of changes of the image.
  void see(const Prediction& answers, const PixelCandidates& candidates);

  // Whether the search has what it was asked for. An image below tau has no confident flip: any flip will do.
  bool done() const;

  // Whether image i of the answers is a flip, and whether its new class is confident enough.
  bool is_flip(const Prediction& answers, Index i) const;
  bool is_confident(const Prediction& answers, Index i) const;

  // How much each answer lacks of the goal, for searches that go down: the largest logit of the other classes
  // minus that of the new one (untargeted: the largest but the label's), below 0 for a flip; for a confident
  // flip plus what ln(confidence of the new class) lacks of ln tau. Always finite (finite_cost).
  std::vector<double> shortfalls(const Prediction& answers) const;

  // The same with the target's cross-entropy for the margin, which falls on. Throws Error without a target.
  std::vector<double> target_losses(const Prediction& answers) const;

  // The row.
  AttackRow finish();

 private:
  Prediction ask(const data::Images& images) const;
  void confirm(std::vector<std::uint8_t> pixels, Index query);
  int rival(std::span<const double> logits) const;
  double missing_confidence(const Prediction& answers, Index i, int to) const;

  const Predict& predict_;
  const data::Images& image_;
  AttackRow row_;
  Goal goal_;
  double tau_;
  std::vector<std::uint8_t> best_flip_;
  double best_worth_ = 0;
};

// A cost that searches can order and add up: where a model gives NaN, nothing costs more.
double finite_cost(double cost);

// Throws Error unless so many pixels of an image can change: 1 to all of them.
void require_pixels(Index pixels, const data::Images& image);

// How a pixel attack's threat model begins: what the attacker knows and may do, and what is success.
std::string pixel_rules(Index pixels, double tau);

}  // namespace voronet
