// How far an evaluation in floats may be from what a network is in exact arithmetic, whoever evaluates it.
//
// Meant is every evaluation whose operations are those of IEEE 754 in single precision or better, rounded to
// nearest, with subnormal numbers or with zeros in their place, fused multiply-adds or not; that adds a
// layer's products up in any order; that has the batch-norms and scales beside a layer folded into its
// weights or not; and that convolves by sums of products or by Winograd's F(4x4, 3x3), of tiles that lie
// anywhere, unless the process allows none (core/winograd.h).
//
// The error of a sum. Each of its terms goes through at most k roundings on the way into the result, one of
// which changes a number by at most a factor 1 + u, u = 2^-24, or, where it is too small for a float, by at
// most 2^-126. So the result is off by at most gamma_k = k u / (1 - k u) times the sum of the terms' absolute
// values (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, lemma 3.1; for every n, and every
// order), and by k 2^-126 for each term, times what the number is still multiplied by. A bias that was added
// up from others counts with their absolute values: folding may cancel them, an evaluation need not.
// Parameters are below 2^110, which BoundPlan sees to. Sigmoid and tanh are whatever is within
// function_rounding of them.
#pragma once

#include <voronet/layers/plan/graph.h>

namespace voronet::plan {

// What a float may lose where it is too small, and what no float on the way may exceed.
inline constexpr double tiniest = 0x1p-126, too_large = 0x1p120;

// gamma_k, for terms that go through k roundings; infinite from k = 2^23 on.
double sum_rounding(Index k);

// What doubles may be off, in parts of what floats may be: 2^-29 in a sum of products, and more in the few
// operations of forms (2^-49 instead of 2^-24).
inline constexpr double double_rounding = 0x1p-20;

// Of a byte / 255, or byte times 1 / 255.
inline const double read_rounding = sum_rounding(2);

// How far an evaluation's sigmoid or tanh may be off to be among those that are meant.
inline constexpr double function_rounding = 0x1p-20;

// In parts of a confidence, what floats may be off from the exact one of the same logits. A softmax's logits
// less the greatest are rounded, by 2^-24 of at most 88 (smaller exponentials are nothing); then come exp,
// twice and within 4 units in the last place, the sum of exps, and the quotient.
inline double confidence_rounding(Index classes) { return sum_rounding(2 * 88 + 2 * 8 + classes + 4); }

// Of a step, per output channel c: an evaluation's sum is off by at most
//   sum (sum of |weight x|) + offset[c] + sum_b winograd[b][c] X_b + underflow(X),
// where X is the largest |x| on the step's input, and X_b the largest of channel b in the tiles of Winograd's
// algorithm that the output may be part of (winograd_rounding.h): its transforms mix no channels.
struct StepRounding {
  double sum = 0;
  std::vector<double> offset;    // from the bias
  std::vector<double> winograd;  // (in, out); empty where none takes Winograd's algorithm
  double size = 0;               // no number on the way is larger than size (1 + X)
  double roundings = 0;          // k

  // Infinite where a number on the way may be too large for a float.
  double underflow(double largest) const;
};

// The graph's steps with neighbours folded in exactly, but for the rounding of doubles: in double.
struct RoundedGraph {
  PlanGraph graph;
  std::vector<StepRounding> roundings;  // of each step
};
RoundedGraph folded_with_roundings(const PlanGraph& graph);

}  // namespace voronet::plan
