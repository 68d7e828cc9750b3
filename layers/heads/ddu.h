// The head of DDU (Mukhoti, Kirsch, van Amersfoort, Torr, Gal, "Deep Deterministic Uncertainty: A New Simple
// Baseline", CVPR 2023): trained as a softmax head; then one Gaussian a class is fitted to the features.
#pragma once

#include <voronet/layers/heads/head.h>

#include <span>

namespace voronet {

// In training mode, a softmax head. In evaluation mode, logit_k = log(share_k N(x; mean_k, covariance_k)),
// the logarithm of the joint density of the features x and class k. So the predicted class is the one most
// probable under the Gaussians, its confidence softmax(logits) the probability; and what tells known from
// unknown is log_density, the features' own density, which falls away in all directions.
//
// State: weight and bias of the softmax layer, trained; buffers means (classes, d), whitening (d, classes, d)
// and log_scales (classes), the logits at the means. Row (j, k) of whitening is row j of the inverse of the
// Cholesky factor L_k of covariance k, so that logit_k = log_scale_k - |L_k^-1 (x - mean_k)|^2 / 2.
class DduHead : public Head {
 public:
  // The softmax layer starts as SoftmaxHead's, the Gaussians as standard normal, with equal shares.
  DduHead(Index features, Index classes, Random& random);
  void describe(State& state) override;
  HeadForm form() const override { return TrainedLinearForm{{weight, bias}}; }
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;
  Confidence confidence() const override { return Confidence::softmax; }
  Index least_of_a_class() const override { return 2; }
  void after_epoch(const std::function<Tensor()>& features, std::span<const int> labels) override {
    fit(features(), labels);
  }

  // Fits shares, means and covariances (over the number of points less one) to features (m, d), m labels; in
  // double. What came through a ReLU is often constant within a class, whose covariance then is singular: so
  // all variances of all classes are raised by one jitter, the first of 0, 1e-6, 1e-5, ..., 1 times their
  // mean with which every covariance has a Cholesky factor with pivots above 1e-7 times that mean. Returns
  // the jitter. Throws Error for a label outside 0..classes-1, for a class of fewer than two points, when
  // within each class all points are equal, and for features that are not finite.
  double fit(const Tensor& features, std::span<const int> labels);
  // log sum_k exp(logit_k) of logits (n, classes) in evaluation mode: (n).
  static Tensor log_density(const Tensor& logits);

  Tensor weight, bias, means, whitening, log_scales;

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  Tensor rows() const;
  Tensor shifts() const;
};

}  // namespace voronet
