// Heads: the last layer of a classifier, from features to logits and confidences.
#pragma once

#include <voronet/layers/heads/form.h>
#include <voronet/layers/linear.h>

#include <functional>
#include <span>

namespace voronet {

// (n, d) features -> (n, classes) logits. The predicted class is the one with the largest logit.
class Head : public Module {
 public:
  // What the logits are in evaluation mode, in a form that theory and proofs understand. Of a head that has
  // one, forward and plan compute it; a head without overrides forward.
  virtual HeadForm form() const { return {}; }
  // The logits' softmax, the exponential of each, or a function of the head's own.
  enum class Confidence { softmax, exponential, own };
  // Which function confidences are, since proofs bound it; of a head's own they know nothing.
  virtual Confidence confidence() const { return Confidence::own; }
  // (n, classes) logits -> (n, classes) confidences in [0, 1]. A head with its own overrides it.
  virtual Tensor confidences(const Tensor& logits) const;
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

  // What a head does in training beside following gradients, if anything. Features are (n, d), with n labels.
  //
  // When a warm-up with another head is over: the features of all training images. Only called if
  // takes_over(); before other heads there is no warm-up.
  virtual void begin(const Tensor& /*features*/, std::span<const int> /*labels*/) {}
  virtual bool takes_over() const { return false; }  // whether there may be a warm-up with another head
  // After each step: the features of its batch, from before the step. Only called if follows_steps().
  virtual void after_step(const Tensor& /*features*/, std::span<const int> /*labels*/) {}
  virtual bool follows_steps() const { return false; }  // whether it wants to see each step's features
  // After each epoch: features() computes those of all training images.
  virtual void after_epoch(const std::function<Tensor()>& /*features*/, std::span<const int> /*labels*/) {}
  // How many images of each class these need at least.
  virtual Index least_of_a_class() const { return 0; }

 protected:
  Tensor forward(const Tensor& x) override;
};

// Throws Error that begins with `who` for a head without a form, and for one whose confidences are not what
// proofs suppose: softmax of logits that are, or in training were, linear; exponentials of squares.
void require_form(const Head& head, const std::string& who);

// logits = x W^T + b, confidences = softmax(logits), which sum to 1. Weight (classes, d), bias (classes).
class SoftmaxHead : public Head {
 public:
  using Bias = Linear::Bias;
  // Starts uniform in +-1/sqrt(d).
  SoftmaxHead(Index features, Index classes, Random& random, Bias bias = Bias::yes);
  void describe(State& state) override;
  HeadForm form() const override { return LinearForm{weight, bias}; }
  Confidence confidence() const override { return Confidence::softmax; }

  Tensor weight, bias;  // bias is undefined without one
};

struct GaussOptions {
  double gamma = 0.5;          // each class's at the start, > 0
  bool learn_gamma = true;     // trained, kept within [0.1, 1000]; otherwise it stays as it is
  double low = 0, high = 0.1;  // centroids start uniform in [low, high)
};

// The Gauss network's last layer (Hess, Duivesteijn, Mocanu, arXiv 2001.01987): one centroid z_k a
// class, logit_k = -gamma_k |x - z_k|^2, confidence_k = exp(logit_k): near 1 only close to the centroid, and
// not summing to 1. State: weight (classes, d), the centroids, and gamma (classes).
class GaussHead : public Head {
 public:
  // Throws Error on a gamma out of range.
  GaussHead(Index features, Index classes, Random& random, GaussOptions options = {});
  void describe(State& state) override;
  HeadForm form() const override { return CentroidForm{weight, gamma}; }
  Confidence confidence() const override { return Confidence::exponential; }
  bool takes_over() const override { return true; }
  Index least_of_a_class() const override { return 1; }
  void begin(const Tensor& features, std::span<const int> labels) override;  // centroids on class means

  // Puts every centroid on its class's mean, (classes, d). See class_means.
  void set_centroids(const Tensor& means);

  Tensor weight, gamma;

 private:
  bool learn_gamma_;
};

// Means of each class's features, (n, d) with n labels: (classes, d). Throws Error for one without points.
Tensor class_means(const Tensor& features, std::span<const int> labels, Index classes);

}  // namespace voronet
