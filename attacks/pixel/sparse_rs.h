// Sparse-RS (Croce, Andriushchenko, Singh, Flammarion, Hein, "Sparse-RS: a versatile framework for
// query-efficient sparse black-box adversarial attacks", AAAI 2022, arXiv 2006.12834), in its L0 form: a
// random search for k pixels with extreme colours, where combinations of good ones are too many.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>

#include <optional>
#include <string>

namespace voronet {

struct SparseRs {
  Index pixels = 1;       // k: at most so many pixels change; fewer than the image has
  Index queries = 10000;  // that a search may take
  // The share of the k pixels that are swapped at first, in (0, 1]; none: .3, with a target .1, as published.
  std::optional<double> alpha = {};
  Goal goal = Goal::confident_flip;
  double tau = 0.1;  // see OnePixel
  std::uint64_t seed = 0;
};

// Begins with k random pixels at random corners (each channel 0 or 255). Each further query swaps some of
// them for other random pixels at random corners, at least one, and stays there if the loss falls: untargeted
// the margin of the logits, with a target its cross-entropy on the logits; for a confident flip plus what the
// confidence lacks (see FlipWatch). The swapped share falls in steps from alpha / 2 to alpha / 20 over the
// queries, as published. Ends with the query that reaches the goal. One query follows from the one before, so
// they are asked one at a time. Verdicts are those of the ordinary forward (see settled_queries). Random
// numbers come from (seed, index) alone. Throws Error as FlipWatch does, and on options out of range.
AttackRow attack(const SparseRs& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target = {});
// What the attacker knows and may do, and what is success, in words.
std::string threat_model(const SparseRs& options);

}  // namespace voronet
