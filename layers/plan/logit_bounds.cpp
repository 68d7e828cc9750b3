#include <voronet/layers/plan/graph.h>
#include <voronet/layers/plan/logit_bounds.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {

using namespace plan;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// Beside a sum's products: the difference before it is squared, gamma, a shift, and its comparison.
constexpr Index beside = 8;
// Smaller exponentials are nothing to a float.
constexpr double smallest_exponent = -87;

// What is known of a logit once all its parts are added up: nothing, where they are not finite.
QuadraticBound finite(const QuadraticBound& bound) {
  const double all = std::abs(bound.constant) + std::abs(bound.slope) + std::abs(bound.curvature);
  return all + bound.noise() < infinity ? bound : QuadraticBound{.rounding = infinity};
}

// Adds terms in t: its slopes as such for one variable, else as noise.
void add_slopes(QuadraticBound& bound, std::vector<double> slopes) {
  if (slopes.size() == 1)
    bound.slope = slopes[0];
  else
    for (const double slope : slopes) bound.radius += std::abs(slope);
  bound.slopes = std::move(slopes);
}

double largest(const AffineForms& x) {
  double most = 0;
  for (Index i = 0; i < x.size(); ++i) most = larger(most, x.magnitude(i));
  return most;
}

std::vector<double> with_nothing(std::vector<double> values, Index more) {
  values.resize(values.size() + static_cast<std::size_t>(more));
  return values;
}

}  // namespace

double QuadraticBound::lower() const {
  const double size = std::abs(slope);
  if (curvature > 0 && size < 2 * curvature) return constant - slope * slope / (4 * curvature) - noise();
  return constant - size + curvature - noise();
}

double QuadraticBound::upper() const {
  return -QuadraticBound{-constant, -slope, -curvature, radius, rounding}.lower();
}

std::vector<double> QuadraticBound::places(double value) const {
  const double c = constant - value, discriminant = slope * slope - 4 * curvature * c;
  if (!(discriminant >= 0)) return {};
  // The root that does not cancel, and the other by their product.
  const double q = -(slope + std::copysign(std::sqrt(discriminant), slope)) / 2;
  std::vector<double> found;
  if (curvature != 0 && std::abs(q / curvature) < 1) found.push_back(q / curvature);
  if (q != 0 && std::abs(c / q) < 1) found.push_back(c / q);
  return found;
}

Index LogitBounds::steps_of(const PlanGraph& graph) {
  const auto ends_in = [&](std::initializer_list<PlanKind> kinds) {
    auto step = graph.steps.rbegin();
    int output = graph.output;
    for (const PlanKind kind : kinds) {
      if (step == graph.steps.rend() || step->kind != kind || step->output != output || step->relu ||
          step->residual >= 0 || (kind == PlanKind::elementwise && step->weight.defined()))
        return false;
      output = (step++)->input;
    }
    return true;
  };
  using enum PlanKind;
  if (ends_in({linear}) || ends_in({gauss})) return 1;
  if (ends_in({squares, linear})) return 2;
  if (ends_in({elementwise, squares, linear})) return 3;
  throw Error("bounds: the logits of the network's last layer are neither linear nor sums of squares");
}

LogitBounds::LogitBounds(std::span<const PlanStep> steps, std::span<const StepRounding> roundings,
                         Head::Confidence confidence)
    : form_(steps.size() > 1                   ? Form::class_spaces
            : steps[0].kind == PlanKind::gauss ? Form::centroids
                                               : Form::linear),
      confidence_(confidence),
      rounding_(roundings[0]) {
  const PlanStep& first = steps[0];
  const std::vector<double> weight = first.weight.to_vector(),
                            bias = first.bias.defined() ? first.bias.to_vector() : std::vector<double>{};
  features_ = first.weight.dim(form_ == Form::centroids ? 0 : 1);
  if (form_ == Form::class_spaces) {
    gamma_ = with_nothing(steps[1].bias.to_vector(), 1);
    classes_ = static_cast<int>(gamma_.size()) - 1;
    size_ = first.weight.dim(0) / classes_;
    shift_ = steps.size() > 2 ? with_nothing(steps[2].bias.to_vector(), 1)
                              : std::vector<double>(gamma_.size(), 0.0);
    weight_ = weight;
    bias_ = bias.empty() ? std::vector<double>(weight.size() / static_cast<std::size_t>(features_)) : bias;
    return;
  }
  classes_ = static_cast<int>(weight.size() / static_cast<std::size_t>(features_));
  weight_ = with_nothing(weight, features_);
  if (form_ == Form::centroids) {  // a plan's centroids are transposed
    require(std::ranges::all_of(bias, [](double gamma) { return gamma >= 0; }),
            "bounds: a gamma of the head is negative or not a number");
    gamma_ = with_nothing(bias, 1);
    for (Index k = 0; k < classes_; ++k)
      for (Index j = 0; j < features_; ++j) weight_[k * features_ + j] = weight[j * classes_ + k];
    return;
  }
  bias_ = bias.empty() ? std::vector<double>(static_cast<std::size_t>(classes_) + 1) : with_nothing(bias, 1);
  rounding_.offset.resize(bias_.size());
}

QuadraticBound LogitBounds::difference(const AffineForms& features, int a, int b) const {
  if (a == b) return {};
  switch (form_) {
    case Form::linear:
      return finite(of_linear(features, a, b));
    case Form::centroids:
      return finite(centroids(features, a, b));
    case Form::class_spaces:
      return finite(class_spaces(features, a, b));
  }
  throw Error("bounds: no such head");
}

QuadraticBound LogitBounds::logit(const AffineForms& features, int a) const {
  return difference(features, a, classes_);
}

QuadraticBound LogitBounds::of_linear(const AffineForms& x, int a, int b) const {
  const double *w_a = weight_.data() + a * features_, *w_b = weight_.data() + b * features_;
  QuadraticBound bound{.constant = bias_[a] - bias_[b]};
  std::vector<double> slopes(x.directions()), magnitudes(features_);
  for (Index j = 0; j < features_; ++j) {
    const double w = w_a[j] - w_b[j];
    bound.constant += w * x.centre(j);
    bound.radius += std::abs(w) * x.radius(j);
    bound.rounding += std::abs(w) * x.rounding(j);
    for (Index k = 0; k < x.directions(); ++k) slopes[k] += w * x.slope(k, j);
    magnitudes[j] = x.magnitude(j);
  }
  bound.rounding += own_rounding(magnitudes, a, b);
  add_slopes(bound, std::move(slopes));
  return bound;
}

double LogitBounds::own_rounding(std::span<const double> magnitudes, int a, int b) const {
  const double *w_a = weight_.data() + a * features_, *w_b = weight_.data() + b * features_;
  double terms = 0, most = 0;
  for (Index j = 0; j < features_; ++j) {
    terms += (std::abs(w_a[j]) + std::abs(w_b[j])) * magnitudes[j];
    most = larger(most, magnitudes[j]);
  }
  return rounding_.sum * terms + rounding_.offset[a] + rounding_.offset[b] + 2 * rounding_.underflow(most);
}

// By coordinate, with x = m + n, n the noise: the quadratic q(x) = gamma_b (x - z_b)^2 - gamma_a (x - z_a)^2
// is q(m) + q'(m) n + (gamma_b - gamma_a) n^2, and m itself is affine in the variables.
QuadraticBound LogitBounds::centroids(const AffineForms& x, int a, int b) const {
  const double *z_a = weight_.data() + a * features_, *z_b = weight_.data() + b * features_;
  const double gamma_a = gamma_[a], gamma_b = gamma_[b], bend = gamma_b - gamma_a;
  QuadraticBound bound;
  double terms = 0, squares = 0;
  std::vector<double> slopes(x.directions());
  for (Index j = 0; j < features_; ++j) {
    const double to_a = x.centre(j) - z_a[j], to_b = x.centre(j) - z_b[j];
    const double spread = x.spread(j), radius = x.radius(j), rounding = x.rounding(j);
    const double steepness = 2 * (gamma_b * to_b - gamma_a * to_a);
    bound.constant += gamma_b * to_b * to_b - gamma_a * to_a * to_a;
    for (Index k = 0; k < x.directions(); ++k) slopes[k] += steepness * x.slope(k, j);
    const double steepest = std::abs(steepness) + std::abs(2 * bend) * spread;
    bound.radius += (steepest + std::abs(bend) * radius) * radius;
    bound.rounding += (steepest + std::abs(bend) * (2 * radius + rounding)) * rounding;
    bound.curvature += bend * spread * spread;
    const double reach = spread + radius + rounding,
                 square_a = (std::abs(to_a) + reach) * (std::abs(to_a) + reach),
                 square_b = (std::abs(to_b) + reach) * (std::abs(to_b) + reach);
    terms += gamma_b * square_b + gamma_a * square_a;
    squares += square_a + square_b;
  }
  const double scale = 1 + gamma_a + gamma_b;
  bound.rounding += sum_rounding(features_ + beside) * terms +
                    static_cast<double>(features_ + beside) * tiniest * scale * (1 + squares);
  if (!(scale * squares < too_large)) bound.rounding = infinity;
  add_slopes(bound, std::move(slopes));
  if (x.directions() != 1) {  // (sum_k slope_k t_k)^2 is anything from 0 to the square of the spread
    bound.constant += bound.curvature / 2;
    bound.radius += std::abs(bound.curvature) / 2;
    bound.curvature = 0;
  }
  return bound;
}

// With y = m + p t + W n, n the features' noise, and what rounding adds to y on its own, to first order in n
// both classes pull at the same n: their pulls are added up before they are taken absolutely.
QuadraticBound LogitBounds::class_spaces(const AffineForms& x, int a, int b) const {
  const Index directions = x.directions(), lines = directions + 1;
  const double underflow = rounding_.underflow(largest(x));
  QuadraticBound bound{.constant = shift_[a] - shift_[b],
                       .rounding = sum_rounding(beside) * (std::abs(shift_[a]) + std::abs(shift_[b]))};
  std::vector<double> slopes(directions), pulls(features_ * lines), line(lines);
  double terms = 0, squares = 0;
  for (const int k : {a, b}) {
    const double gamma = gamma_[k], sign = k == a ? -gamma : gamma;
    if (gamma == 0) continue;
    for (Index j = 0; j < size_; ++j) {
      const Index row = j * classes_ + k;
      const double* w = weight_.data() + row * features_;
      std::fill(line.begin(), line.end(), 0.0);
      line[0] = bias_[row];
      double noise = 0, rounding = rounding_.offset.empty() ? 0 : rounding_.offset[row];
      for (Index i = 0; i < features_; ++i) {
        for (Index p = 0; p < lines; ++p) line[p] += w[i] * x.plane(p)[i];
        noise += std::abs(w[i]) * x.radius(i);
        rounding += std::abs(w[i]) * (x.rounding(i) + rounding_.sum * x.magnitude(i));
      }
      rounding += underflow;
      double spread = 0;
      for (Index p = 1; p < lines; ++p) {
        spread += std::abs(line[p]);
        slopes[p - 1] += 2 * sign * line[0] * line[p];
      }
      const double middle = std::abs(line[0]), reach = middle + spread + noise;
      bound.constant += sign * line[0] * line[0];
      if (directions == 1) {
        bound.curvature += sign * line[1] * line[1];
      } else {
        bound.constant += sign * spread * spread / 2;
        bound.radius += gamma * spread * spread / 2;
      }
      for (Index i = 0; i < features_; ++i)
        for (Index p = 0; p < lines; ++p) pulls[i * lines + p] += 2 * sign * line[p] * w[i];
      bound.radius += gamma * noise * noise;
      bound.rounding += gamma * (2 * reach + rounding) * rounding;
      const double square = (reach + rounding) * (reach + rounding);
      terms += gamma * square;
      squares += square;
    }
  }
  for (Index i = 0; i < features_; ++i)
    for (Index p = 0; p < lines; ++p) bound.radius += std::abs(pulls[i * lines + p]) * x.radius(i);
  const double scale = 1 + gamma_[a] + gamma_[b];
  bound.rounding += sum_rounding(size_ + beside) * terms +
                    static_cast<double>(size_ + beside) * tiniest * scale * (1 + squares);
  if (!(scale * squares < too_large)) bound.rounding = infinity;
  add_slopes(bound, std::move(slopes));
  return bound;
}

double LogitBounds::log_confidence_lower(const AffineForms& features, int a) const {
  double log_confidence = 0;
  if (softmax()) {
    double others = 0;
    for (int b = 0; b < classes_; ++b)
      if (b != a) others += std::exp(difference(features, b, a).upper());
    log_confidence = -std::log1p(others);
  } else {
    log_confidence = logit(features, a).lower();
  }
  return log_confidence < smallest_exponent ? -infinity : log_confidence - confidence_rounding(classes_);
}

double LogitBounds::log_confidence_upper(const AffineForms& features, int a) const {
  if (!softmax())
    return std::max(logit(features, a).upper(), smallest_exponent) + confidence_rounding(classes_);
  double others = 0;
  for (int b = 0; b < classes_; ++b)
    if (b != a) others += std::exp(difference(features, b, a).lower());
  return std::max(-std::log1p(others), smallest_exponent) + confidence_rounding(classes_);
}

double LogitBounds::rounding(const AffineForms& features) const {
  double most = 0;
  for (int k = 0; k < classes_; ++k) most = std::max(most, logit(features, k).rounding);
  return most;
}

}  // namespace voronet
