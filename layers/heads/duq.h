// The head of DUQ (van Amersfoort, Smith, Teh, Gal, "Uncertainty Estimation Using a Single Deep Deterministic
// Neural Network", ICML 2020): centroids that are moving averages, each class in a space of its own.
#pragma once

#include <voronet/layers/heads/head.h>

#include <span>

namespace voronet {

struct DuqOptions {
  Index centroid_size = 0;  // numbers in a centroid; 0: as many as there are features
  double gamma = 1;         // how fast confidence falls with distance, > 0, not trained
};

// logit_k = -gamma mean_j (W_k x - e_k)_j^2, confidence_k = exp(logit_k), which do not sum to 1. W_k takes
// the features x to class k's own space; there e_k = m_k / N_k is the mean of its points, of whose sums and
// numbers m_k and N_k are moving averages, batch by batch. No gradient moves a centroid; after_step does.
//
// State, as the authors': W (centroid_size, classes, d), trained; m (centroid_size, classes) and N (classes).
class DuqHead : public Head {
 public:
  static constexpr double momentum = 0.999;  // of the averages

  // W starts as Kaiming's normal distribution, N at 10, which is about a class's share of a batch of 128, and
  // m so that the centroids are normal with deviation 0.05. Throws Error when gamma is not positive.
  DuqHead(Index features, Index classes, Random& random, DuqOptions options = {});
  void describe(State& state) override;
  HeadForm form() const override { return class_spaces(); }
  Confidence confidence() const override { return Confidence::exponential; }
  bool follows_steps() const override { return true; }
  // Takes a batch (of all processes) into the averages, with the present W. Throws Error for a wrong label.
  void after_step(const Tensor& features, std::span<const int> labels) override;

  ClassSpaceForm class_spaces() const;  // see form

  Tensor weight, sums, counts;  // W, m and N

 private:
  double gamma_;
};

}  // namespace voronet
