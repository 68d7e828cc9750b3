#include <voronet/attacks/proof/flip_bounds.h>

#include <algorithm>
#include <cmath>

namespace voronet {

// Class k is confident and flips: then the predicted class, whose logit is no smaller, is and does as well.
FlipVerdict judge(const LogitBounds& head, const plan::AffineForms& features, const FlipRule& rule) {
  FlipVerdict verdict;
  for (int k = 0; k < head.classes(); ++k) {
    if (k == rule.label) continue;
    const QuadraticBound margin = head.difference(features, rule.label, k);
    if (margin.lower() > 0) continue;
    const bool flips = margin.upper() < 0;
    verdict.flip = flips ? Claim::yes : std::max(verdict.flip, Claim::maybe);
    if (!rule.tau || !(head.log_confidence_upper(features, k) > std::log(*rule.tau))) continue;
    const bool confident = flips && head.log_confidence_lower(features, k) > std::log(*rule.tau);
    verdict.confident = confident ? Claim::yes : std::max(verdict.confident, Claim::maybe);
  }
  return verdict;
}

namespace {

// The class for which this is least.
template <class Bound>
Rival rival(int classes, int label, const Bound& bound) {
  std::optional<Rival> least;
  for (int k = 0; k < classes; ++k)
    if (k != label)
      if (const double margin = bound(k); !least || margin < least->margin) least = {k, margin};
  return least.value();
}

}  // namespace

Rival nearest_rival(const LogitBounds& head, const plan::AffineForms& features, int label) {
  return rival(head.classes(), label, [&](int k) {
    const QuadraticBound margin = head.difference(features, label, k);
    return margin.lower() + margin.rounding;
  });
}

Rival surest_rival(const LogitBounds& head, const plan::AffineForms& features, int label) {
  return rival(head.classes(), label, [&](int k) {
    const QuadraticBound margin = head.difference(features, label, k);
    return margin.upper() - margin.rounding;
  });
}

std::optional<double> turning_place(const LogitBounds& head, const plan::AffineForms& features,
                                    const FlipRule& rule) {
  constexpr double almost_one = 1 - 1e-6;  // nearer places are the ends
  constexpr double beyond_margin = 1.25;   // so that the next look is sure, whose margin may be a bit larger
  std::optional<double> nearest;
  const auto see = [&](const QuadraticBound& bound, double value, double margin) {
    for (const double level : {value - margin * beyond_margin, value + margin * beyond_margin})
      for (const double t : bound.places(level))
        if (std::abs(t) <= almost_one && (!nearest || std::abs(t) < std::abs(*nearest))) nearest = t;
  };
  for (int k = 0; k < head.classes(); ++k) {
    if (k == rule.label) continue;
    const QuadraticBound margin = head.difference(features, rule.label, k);
    if (margin.lower() > 0) continue;
    see(margin, 0, margin.noise());
    if (!rule.tau || head.softmax()) continue;
    const QuadraticBound logit = head.logit(features, k);
    see(logit, std::log(*rule.tau), logit.noise() + plan::confidence_rounding(head.classes()));
  }
  return nearest;
}

}  // namespace voronet
