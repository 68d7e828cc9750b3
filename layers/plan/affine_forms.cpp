#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/rounding.h>

#include <algorithm>
#include <cmath>

namespace voronet::plan {
namespace {

// What a few operations in double may be off, in parts of the magnitude.
constexpr double own_rounding = 0x1p-49;

}  // namespace

// Between its ends the ReLU lies under the chord, and above the chord's parallel through 0. It brings no two
// values further apart, so an evaluation stays as near as it was; and above 0 by no more than it can be.
void relu(AffineForms& forms, Index i, Kink* kink) {
  const double reach = forms.spread(i) + forms.radius(i);
  const double low = forms.centre(i) - reach, high = forms.centre(i) + reach;
  double& rounding = forms.rounding(i);
  rounding += own_rounding * forms.magnitude(i);
  if (low >= 0) return;
  if (high <= 0) {
    const double above = high + rounding;  // NaN stays
    for (Index p = 0; p < forms.planes(); ++p) forms.plane(p)[i] = 0;
    rounding = above < 0 ? 0 : above;
    return;
  }
  if (kink != nullptr) kink->see(forms.centre(i), forms.slope(0, i));
  const double steepness = high / (high - low), half_gap = -steepness * low / 2;
  for (Index p = 0; p < forms.planes() - 1; ++p) forms.plane(p)[i] *= steepness;
  forms.centre(i) += half_gap;
  forms.radius(i) += half_gap;
}

namespace {

// Likewise, with a slope below 0.
void leaky_relu(double slope, AffineForms& forms, Index i, Kink* kink) {
  const double reach = forms.spread(i) + forms.radius(i);
  const double low = forms.centre(i) - reach, high = forms.centre(i) + reach;
  forms.rounding(i) += (own_rounding + read_rounding) * forms.magnitude(i) + tiniest;
  if (low >= 0) return;
  double steepness = slope, half_gap = 0;
  if (high > 0) {
    if (kink != nullptr) kink->see(forms.centre(i), forms.slope(0, i));
    steepness = (high - slope * low) / (high - low);
    half_gap = (slope - steepness) * low / 2;
  }
  for (Index p = 0; p < forms.planes() - 1; ++p) forms.plane(p)[i] *= steepness;
  forms.centre(i) += half_gap;
  forms.radius(i) += half_gap;
}

// max(x, low), then min(., high): a ReLU from each end.
void clamp(const Function& function, AffineForms& forms, Index i, Kink* kink) {
  const auto turn_around = [&] {
    for (Index p = 0; p <= forms.directions(); ++p) forms.plane(p)[i] *= -1;
  };
  const auto cut_at = [&](double end) {
    if (std::isinf(end)) return;
    forms.centre(i) -= end;
    relu(forms, i, kink);
    forms.centre(i) += end;
    const double as_float = static_cast<float>(end);
    forms.rounding(i) += 4 * own_rounding * (std::abs(end) + forms.magnitude(i)) + std::abs(end - as_float);
  };
  cut_at(function.low);
  turn_around();
  cut_at(-function.high);
  turn_around();
}

double derivative(Function::Kind kind, double x) {
  const bool sigmoid = kind == Function::Kind::sigmoid;
  const double e = std::exp(-std::abs(sigmoid ? x : 2 * x));
  return (sigmoid ? 1 : 4) * e / ((1 + e) * (1 + e));
}

// A curve like an S is the steepest at 0 and flattens away from it, so within an interval it is the flattest
// at one of its ends. Less the line of that slope it still rises: it stays between its values at the ends.
void s_curve(const Function& function, AffineForms& forms, Index i, Kink* kink) {
  const double reach = forms.spread(i) + forms.radius(i);
  const double low = forms.centre(i) - reach, high = forms.centre(i) + reach;
  constexpr double less = 1 - 1e-9;  // so that the rounding of the derivative does not count
  const double slope =
      std::max(0.0, less * std::min(derivative(function.kind, low), derivative(function.kind, high)));
  const double at_low = evaluate(function, low) - slope * low,
               at_high = evaluate(function, high) - slope * high;
  if (kink != nullptr && forms.slope(0, i) != 0) kink->see(0, 1);
  const double known = 1 + forms.magnitude(i);
  for (Index p = 0; p < forms.planes() - 1; ++p) forms.plane(p)[i] *= slope;
  forms.centre(i) += (at_low + at_high) / 2;
  forms.radius(i) += (at_high - at_low) / 2;
  double& rounding = forms.rounding(i);
  rounding = lipschitz(function) * rounding + function_rounding + own_rounding * known;
}

}  // namespace

void apply(const Function& function, AffineForms& forms, Index i, Kink* kink) {
  switch (function.kind) {
    case Function::Kind::leaky_relu:
      return leaky_relu(function.slope, forms, i, kink);
    case Function::Kind::clamp:
      return clamp(function, forms, i, kink);
    case Function::Kind::sigmoid:
    case Function::Kind::tanh:
      return s_curve(function, forms, i, kink);
  }
}

// The form with the greatest centre, and up to as much more as another can be greater. An evaluation's
// largest is no further from this than the furthest of those that can be the largest.
void maximum(const AffineForms& forms, std::span<const Index> of, AffineForms& result, Index to, Kink* kink) {
  const Index best = *std::max_element(of.begin(), of.end(),
                                       [&](Index a, Index b) { return forms.centre(a) < forms.centre(b); });
  double excess = 0, rounding = forms.rounding(best), known = forms.magnitude(best);
  for (const Index other : of) {
    if (other == best) continue;
    const double centre = forms.centre(other) - forms.centre(best);
    double spread = 0;
    for (Index k = 0; k < forms.directions(); ++k)
      spread += std::abs(forms.slope(k, other) - forms.slope(k, best));
    const double most = centre + spread + forms.radius(other) + forms.radius(best);
    if (most > 0 && kink != nullptr) kink->see(centre, forms.slope(0, other) - forms.slope(0, best));
    excess = std::max(excess, most);
    if (most + forms.rounding(other) + forms.rounding(best) > 0)
      rounding = std::max(rounding, forms.rounding(other));
    known += forms.magnitude(other);
  }
  for (Index p = 0; p < forms.planes(); ++p) result.plane(p)[to] = forms.plane(p)[best];
  result.centre(to) += excess / 2;
  result.radius(to) += excess / 2;
  result.rounding(to) = rounding + own_rounding * known;
}

}  // namespace voronet::plan
