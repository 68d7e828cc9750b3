// What bounds of features say of a softmax or Gauss head's logits.
#pragma once

#include <voronet/core/tensor.h>
#include <voronet/layers/plan/affine_forms.h>

#include <vector>

namespace voronet {

struct PlanStep;

// constant + slope t + curvature t^2 + noise, for t in [-1, 1] and |noise| <= radius.
struct QuadraticBound {
  double constant = 0, slope = 0, curvature = 0, radius = 0;

  double lower() const;
  double upper() const;
  // Where within (-1, 1) the quadratic, without its noise, has this value.
  std::vector<double> places(double value) const;
};

// The largest relative error of a float's rounding.
inline constexpr double float_rounding = 0x1p-24;
// What a sum of n products in float may be off, in parts of the sum of their absolute values; with room for
// the addition of a bias and for the rounding of the factors.
inline double sum_rounding(Index n) { return static_cast<double>(n + 4) * float_rounding * 1.001; }

// The same of a confidence: exp, and the sum of exps, of logits up to 88 beneath the greatest; smaller ones
// are nothing to a float.
inline constexpr double exp_rounding = 1e-5;

// A head's logits, in double. Differences of two logits are bounded as one, which is tighter than each alone:
// softmax's are linear in the features, (w_a - w_b) x + b_a - b_b; Gauss's are quadratic,
// gamma_b |x - z_b|^2 - gamma_a |x - z_a|^2, and along a line of features so is their course. All bounds
// include the rounding of a forward in float (see BoundPlan).
class LogitBounds {
 public:
  // step: linear without ReLU, or gauss.
  explicit LogitBounds(const PlanStep& step);

  int classes() const { return classes_; }
  bool gauss() const { return gauss_; }

  // Of the logit of class a, less that of class b. With one variable, t is it; with more, or none, slope and
  // curvature are 0.
  QuadraticBound difference(const plan::AffineForms& features, int a, int b) const;
  QuadraticBound logit(const plan::AffineForms& features, int a) const;

  // Bounds of the natural logarithm of class a's confidence, for all t. The rounding of exp is in.
  double log_confidence_lower(const plan::AffineForms& features, int a) const;
  double log_confidence_upper(const plan::AffineForms& features, int a) const;

 private:
  QuadraticBound linear(const plan::AffineForms& features, int a, int b) const;
  QuadraticBound quadratic(const plan::AffineForms& features, int a, int b) const;

  int classes_;
  Index features_;
  bool gauss_;
  // Weight or centroids (classes, features); bias or gamma (classes). A last row of zeros stands for "no
  // class".
  std::vector<double> weight_, bias_;
};

}  // namespace voronet
