#include <voronet/layers/plan/affine_forms.h>

#include <algorithm>

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
