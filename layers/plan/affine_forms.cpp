#include <voronet/layers/plan/affine_forms.h>

#include <algorithm>

namespace voronet::plan {

// Between its ends the ReLU lies under the chord, and above the chord's parallel through 0.
void relu(AffineForms& forms, Index i, Kink* kink) {
  const double reach = forms.spread(i) + forms.radius(i);
  const double low = forms.centre(i) - reach, high = forms.centre(i) + reach;
  if (low >= 0) return;
  if (high > 0 && kink != nullptr) kink->see(forms.centre(i), forms.slope(0, i));
  const double steepness = high > 0 ? high / (high - low) : 0, half_gap = -steepness * low / 2;
  for (Index p = 0; p < forms.planes(); ++p) forms.plane(p)[i] *= steepness;
  forms.centre(i) += half_gap;
  forms.radius(i) += half_gap;
}

// The form with the greatest centre, and up to as much more as another can be greater.
void maximum(const AffineForms& forms, std::span<const Index> of, AffineForms& result, Index to, Kink* kink) {
  const Index best = *std::max_element(of.begin(), of.end(),
                                       [&](Index a, Index b) { return forms.centre(a) < forms.centre(b); });
  double excess = 0;
  for (const Index other : of) {
    if (other == best) continue;
    const double centre = forms.centre(other) - forms.centre(best);
    double spread = 0;
    for (Index k = 0; k < forms.directions(); ++k)
      spread += std::abs(forms.slope(k, other) - forms.slope(k, best));
    const double most = centre + spread + forms.radius(other) + forms.radius(best);
    if (most > 0 && kink != nullptr) kink->see(centre, forms.slope(0, other) - forms.slope(0, best));
    excess = std::max(excess, most);
  }
  for (Index p = 0; p < forms.planes(); ++p) result.plane(p)[to] = forms.plane(p)[best];
  result.centre(to) += excess / 2;
  result.radius(to) += excess / 2;
}

}  // namespace voronet::plan
