#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/form_vector.h>
#include <voronet/layers/plan/rounding.h>

#include <algorithm>
#include <cmath>

namespace voronet::plan {
namespace {

// What a few operations in double may be off, in parts of the magnitude.
constexpr double own_rounding = 0x1p-49;

void see_kinks(const AffineForms& forms, Index first, Index last, Kink& kink) {
  for (Index i = first; i < last; ++i) {
    const double reach = forms.spread(i) + forms.radius(i);
    if (forms.centre(i) - reach < 0 && forms.centre(i) + reach > 0)
      kink.see(forms.centre(i), forms.slope(0, i));
  }
}

}  // namespace

// Between its ends the ReLU lies under the chord, and above the chord's parallel through 0. It brings no two
// values further apart, so an evaluation stays as near as it was; and above 0 by no more than it can be.
void relu(AffineForms& forms, Index first, Index last, Kink* kink) {
  if (kink != nullptr) see_kinks(forms, first, last, *kink);
  for_each_vector(first, last, [&]<class V>(V zero, Index i) {
    const FormVector<V> form(forms, i);
    const V reach = form.spread() + form.radius(), low = form.centre() - reach, high = form.centre() + reach;
    const auto on = low >= 0, off = ~on & (high <= 0);
    const V chord = high / (high - low),
            steepness = on    ? zero + 1
                        : off ? zero
                              : chord,
            half_gap = (on | off) ? zero : -chord * low / 2;
    const V rounding = form.rounding() + own_rounding * form.magnitude(), above = high + rounding;
    for (Index p = 0; p < forms.planes() - 1; ++p) {
      const bool moves = p == 0 || p == forms.planes() - 2;
      kernels::store(form.plane(p) * steepness + (moves ? half_gap : zero), forms.plane(p) + i);
    }
    kernels::store(off ? above < 0 ? zero : above : rounding,
                   forms.plane(forms.planes() - 1) + i);  // NaN stays
  });
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
    relu(forms, i, i + 1, kink);
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

namespace {

// That one of these may take the place of the largest.
void see_changes(const AffineForms& forms, std::span<const Index> of, Index i, Index best, Kink& kink) {
  const FormVector<Doubles<1>> largest(forms, best);
  for (const Index other : of)
    if (other + i != best && FormVector<Doubles<1>>(forms, other + i).most_above(largest)[0] > 0)
      kink.see(forms.centre(other + i) - forms.centre(best),
               forms.slope(0, other + i) - forms.slope(0, best));
}

}  // namespace

// The form with the greatest centre, and up to as much more as another can be greater. An evaluation's
// largest is no further from this than the furthest of those that can be the largest.
void maximum(const AffineForms& forms, std::span<const Index> of, Index n, AffineForms& result, Index to,
             Kink* kink) {
  for_each_vector(0, n, [&]<class V>(V zero, Index i) {
    V centre = FormVector<V>(forms, of.front() + i).centre();
    auto best = (zero == 0) & of.front();  // in each lane
    for (const Index other : of.subspan(1)) {
      const V another = FormVector<V>(forms, other + i).centre();
      best = centre < another ? (zero == 0) & other : best;
      centre = centre < another ? another : centre;
    }
    for (Index p = 0; p < forms.planes(); ++p) {
      V chosen = zero;
      for (const Index each : of) chosen = best == each ? FormVector<V>(forms, each + i).plane(p) : chosen;
      kernels::store(chosen, result.plane(p) + to + i);
    }
    const FormVector<V> largest(result, to + i);
    V excess = zero, rounding = largest.rounding(), known = largest.magnitude();
    for (const Index each : of) {
      const FormVector<V> other(forms, each + i);
      const V most = best == each ? zero : other.most_above(largest), of_other = other.rounding();
      const auto may_be = (best != each) & (most + of_other + largest.rounding() > 0);
      excess = excess < most ? most : excess;
      rounding = (may_be & (rounding < of_other)) ? of_other : rounding;
      known += best == each ? zero : other.magnitude();
    }
    for (int lane = 0; kink != nullptr && lane < static_cast<int>(sizeof(V) / sizeof(double)); ++lane)
      see_changes(forms, of, i + lane, best[lane] + i + lane, *kink);
    kernels::store(largest.centre() + excess / 2, result.plane(0) + to + i);
    kernels::store(largest.radius() + excess / 2, result.plane(result.planes() - 2) + to + i);
    kernels::store(rounding + own_rounding * known, result.plane(result.planes() - 1) + to + i);
  });
}

}  // namespace voronet::plan
