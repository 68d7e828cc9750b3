// From bounds of features to verdicts about flips.
#pragma once

#include <voronet/attacks/proof/proof.h>
#include <voronet/layers/plan/logit_bounds.h>

#include <optional>

namespace voronet {

// Of a set of images at once. yes: all of them; no: none of them.
struct FlipVerdict {
  Claim flip = Claim::no;
  Claim confident = Claim::no;  // whether those that flip have a confidence above tau in the new class

  friend bool operator==(const FlipVerdict&, const FlipVerdict&) = default;
};

// Which flips are judged: away from this class; without tau, none counts as confident.
struct FlipRule {
  int label = 0;
  std::optional<double> tau{};
};

// The class that comes nearest to the label's logit, or that passes it by most.
struct Rival {
  int label;
  double margin;  // of the label's logit, but for rounding: at least, where it keeps the class; at most,
                  // where it flips
};
// Of features for which `judge` says that none flips.
Rival nearest_rival(const LogitBounds& head, const plan::AffineForms& features, int label);
// Of features for which it says that all do.
Rival surest_rival(const LogitBounds& head, const plan::AffineForms& features, int label);

// What is certain of all features that the forms allow.
FlipVerdict judge(const LogitBounds& head, const plan::AffineForms& features, const FlipRule& rule);

// For features of one variable that have no kinks: where between its ends, t in (-1, 1), a logit passes the
// label's, or a Gauss confidence passes tau, with the bounds' margin before and after; of all such places the
// one nearest the middle. On either side of all places, `judge` is sure (but of softmax confidences).
std::optional<double> turning_place(const LogitBounds& head, const plan::AffineForms& features,
                                    const FlipRule& rule);

}  // namespace voronet
