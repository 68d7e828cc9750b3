// What bounds of features say of a head's logits.
#pragma once

#include <voronet/layers/heads/head.h>
#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/rounding.h>

#include <vector>

namespace voronet {

// constant + slope t + curvature t^2 + noise, for t in [-1, 1] and |noise| <= radius; and an evaluation gets
// this but for `rounding`. If that is infinite, it may get anything, NaN included.
struct QuadraticBound {
  double constant = 0, slope = 0, curvature = 0, radius = 0, rounding = 0;
  std::vector<double> slopes = {};  // of each variable: with several, what they do is part of the radius

  double noise() const { return radius + rounding; }  // from the quadratic, at most

  double lower() const;  // the smallest value that an evaluation may get, of all t
  double upper() const;  // the largest
  // Where within (-1, 1) the quadratic, without its noise, has this value.
  std::vector<double> places(double value) const;
};

// A head's logits, in double. Differences of two logits are bounded as one, which is tighter than each alone.
// They are linear in the features, (w_a - w_b) x + b_a - b_b, or, for
//   logit_k = s_k - gamma_k sum_j y_jk^2,  y_k = W_k x - e_k,
// quadratic, and along a line of features so is their course: Gauss's heads (W_k = 1), DUQ's, DDU's. All
// bounds include the rounding of every evaluation that rounding.h speaks of.
class LogitBounds {
 public:
  // The last steps of a plan, folded: linear without ReLU; gauss; or linear and squares, and a shift or none;
  // with the roundings of each. Throws Error for others, and for a negative gamma.
  LogitBounds(std::span<const PlanStep> steps, std::span<const plan::StepRounding> roundings,
              Head::Confidence confidence);
  // How many of a graph's last steps are its head's.
  static Index steps_of(const PlanGraph& graph);

  int classes() const { return classes_; }  // of the head
  // Whether they are linear in the features.
  bool linear() const { return form_ == Form::linear; }
  // Whether confidences are their softmax.
  bool softmax() const { return confidence_ == Head::Confidence::softmax; }

  // Of the logit of class a, less that of class b. With one variable, t is it; with more, or none, slope and
  // curvature are 0.
  QuadraticBound difference(const plan::AffineForms& features, int a, int b) const;
  QuadraticBound logit(const plan::AffineForms& features, int a) const;  // the same of one logit

  // Bounds of the natural logarithm of class a's confidence, for all t, as floats have it: including the
  // rounding of exps and of their sum (plan::confidence_rounding).
  double log_confidence_lower(const plan::AffineForms& features, int a) const;
  double log_confidence_upper(const plan::AffineForms& features, int a) const;

  // Of a linear head, for passes from the back: by how much the difference of two classes' logits grows with
  // feature j.
  double weight_difference(int a, int b, Index j) const {
    return weight_[a * features_ + j] - weight_[b * features_ + j];
  }
  // What the head's own operations round of that difference, of features of these magnitudes.
  double own_rounding(std::span<const double> magnitudes, int a, int b) const;

  // How far an evaluation's logit may be from the exact one, of all classes the most.
  double rounding(const plan::AffineForms& features) const;

 private:
  // linear: weight (classes, d); centroids: weight (classes, d); class_spaces: weight (size, classes, d).
  enum class Form { linear, centroids, class_spaces };

  QuadraticBound of_linear(const plan::AffineForms& features, int a, int b) const;
  QuadraticBound centroids(const plan::AffineForms& features, int a, int b) const;
  QuadraticBound class_spaces(const plan::AffineForms& features, int a, int b) const;

  Form form_;
  Head::Confidence confidence_;
  int classes_;
  Index features_, size_ = 1;
  // A last row of zeros stands for "no class", but for class spaces, whose gamma of 0 says so.
  std::vector<double> weight_, bias_;  // bias: b, or e as (size, classes)
  std::vector<double> gamma_, shift_;  // (classes + 1)
  plan::StepRounding rounding_;        // of the linear step, or of the Gauss one
};

}  // namespace voronet
