#include <voronet/layers/plan/graph.h>
#include <voronet/layers/plan/logit_bounds.h>

#include <algorithm>
#include <cmath>

namespace voronet {

using namespace plan;

namespace {

// Adds terms in t: its slopes as such for one variable, else as noise.
void add_slopes(QuadraticBound& bound, const std::vector<double>& slopes) {
  if (slopes.size() == 1) {
    bound.slope = slopes[0];
    return;
  }
  for (const double slope : slopes) bound.radius += std::abs(slope);
}

}  // namespace

double QuadraticBound::lower() const {
  const double size = std::abs(slope);
  if (curvature > 0 && size < 2 * curvature) return constant - slope * slope / (4 * curvature) - radius;
  return constant - size + curvature - radius;
}

double QuadraticBound::upper() const {
  return -QuadraticBound{-constant, -slope, -curvature, radius}.lower();
}

std::vector<double> QuadraticBound::places(double value) const {
  const double c = constant - value, discriminant = slope * slope - 4 * curvature * c;
  if (discriminant < 0) return {};
  // The root that does not cancel, and the other by their product.
  const double q = -(slope + std::copysign(std::sqrt(discriminant), slope)) / 2;
  std::vector<double> found;
  if (curvature != 0 && std::abs(q / curvature) < 1) found.push_back(q / curvature);
  if (q != 0 && std::abs(c / q) < 1) found.push_back(c / q);
  return found;
}

LogitBounds::LogitBounds(const PlanStep& step)
    : classes_(static_cast<int>(step.bias.defined() ? step.bias.dim(0) : step.weight.dim(0))),
      gauss_(step.kind == PlanKind::gauss) {
  features_ = step.weight.size() / classes_;
  weight_.resize(static_cast<std::size_t>((classes_ + 1) * features_));
  bias_.resize(static_cast<std::size_t>(classes_) + 1);
  for (Index k = 0; k < classes_; ++k) {
    for (Index j = 0; j < features_; ++j)  // a plan's centroids are transposed
      weight_[k * features_ + j] = gauss_ ? step.weight.at({j, k}) : step.weight.at({k, j});
    if (step.bias.defined()) bias_[k] = step.bias.at(k);
  }
}

QuadraticBound LogitBounds::difference(const AffineForms& features, int a, int b) const {
  return gauss_ ? quadratic(features, a, b) : linear(features, a, b);
}

QuadraticBound LogitBounds::logit(const AffineForms& features, int a) const {
  return difference(features, a, classes_);
}

QuadraticBound LogitBounds::linear(const AffineForms& x, int a, int b) const {
  const double *w_a = weight_.data() + a * features_, *w_b = weight_.data() + b * features_;
  QuadraticBound bound{.constant = bias_[a] - bias_[b]};
  double terms = std::abs(bias_[a]) + std::abs(bias_[b]);
  std::vector<double> slopes(static_cast<std::size_t>(x.directions()));
  for (Index j = 0; j < features_; ++j) {
    const double w = w_a[j] - w_b[j];
    bound.constant += w * x.centre(j);
    bound.radius += std::abs(w) * x.radius(j);
    for (Index k = 0; k < x.directions(); ++k) slopes[k] += w * x.slope(k, j);
    terms += (std::abs(w_a[j]) + std::abs(w_b[j])) * x.magnitude(j);
  }
  bound.radius += sum_rounding(features_) * terms;
  add_slopes(bound, slopes);
  return bound;
}

// By coordinate, with x = m + n, n the noise: the quadratic q(x) = gamma_b (x - z_b)^2 - gamma_a (x - z_a)^2
// is q(m) + q'(m) n + (gamma_b - gamma_a) n^2, and m itself is affine in the variables.
QuadraticBound LogitBounds::quadratic(const AffineForms& x, int a, int b) const {
  const double *z_a = weight_.data() + a * features_, *z_b = weight_.data() + b * features_;
  const double gamma_a = bias_[a], gamma_b = bias_[b], bend = gamma_b - gamma_a;
  QuadraticBound bound;
  double terms = 0;
  std::vector<double> slopes(static_cast<std::size_t>(x.directions()));
  for (Index j = 0; j < features_; ++j) {
    const double to_a = x.centre(j) - z_a[j], to_b = x.centre(j) - z_b[j];
    const double spread = x.spread(j), radius = x.radius(j), reach = spread + radius;
    const double steepness = 2 * (gamma_b * to_b - gamma_a * to_a);
    bound.constant += gamma_b * to_b * to_b - gamma_a * to_a * to_a;
    for (Index k = 0; k < x.directions(); ++k) slopes[k] += steepness * x.slope(k, j);
    bound.radius += (std::abs(steepness) + std::abs(2 * bend) * spread + std::abs(bend) * radius) * radius;
    bound.curvature += bend * spread * spread;
    // Of x - z before it is squared, and of the sum.
    terms += gamma_b * (std::abs(to_b) + reach) * (std::abs(to_b) + reach) +
             gamma_a * (std::abs(to_a) + reach) * (std::abs(to_a) + reach);
  }
  bound.radius += sum_rounding(features_ + 4) * terms;
  add_slopes(bound, slopes);
  if (x.directions() != 1) {  // (sum_k slope_k t_k)^2 is anything from 0 to the square of the spread
    bound.constant += bound.curvature / 2;
    bound.radius += std::abs(bound.curvature) / 2;
    bound.curvature = 0;
  }
  return bound;
}

double LogitBounds::log_confidence_lower(const AffineForms& features, int a) const {
  if (gauss_) return logit(features, a).lower() - exp_rounding;
  double others = 0;
  for (int b = 0; b < classes_; ++b)
    if (b != a) others += std::exp(difference(features, b, a).upper());
  return -std::log1p(others) - exp_rounding;
}

double LogitBounds::log_confidence_upper(const AffineForms& features, int a) const {
  if (gauss_) return logit(features, a).upper() + exp_rounding;
  double others = 0;
  for (int b = 0; b < classes_; ++b)
    if (b != a) others += std::exp(difference(features, b, a).lower());
  return -std::log1p(others) + exp_rounding;
}

}  // namespace voronet
