// What searches find, what is exact and what proofs leave open, of the same images: found <= exact <= not
// certified. Searches bound a network's robustness from above, proofs from below; the exact search tells.
#pragma once

#include <voronet/attacks/summary.h>

#include <optional>
#include <string>
#include <vector>

namespace voronet {

// An untargeted one-pixel attack by its method's name.
struct NamedRun {
  std::string method;
  const AttackRun* run;
};

struct Sandwich {
  // Images of which it holds: of all, and of those whose confidence was tau or more before.
  struct Layer {
    std::string methods;  // "one-pixel and corners"
    SuccessRate flips, confident_flips;
  };
  std::optional<Layer> found;  // flipped by any search
  std::optional<Layer> exact;  // flipped by the exhaustive search
  std::vector<Layer> open;     // not certified, by each proof
};

// searches sample 8-bit values; exact is an exhaustive search (null: none was made) for confident flips, or a
// census; the rows of proofs have one. tau as in their options. Throws Error when the runs are not of the
// same images, and when one claims what another excludes, which would be a fault in one of them: a search's
// flip that the exact search did not find, or either's of an image that a proof certifies.
Sandwich sandwich(const std::vector<NamedRun>& searches, const std::optional<NamedRun>& exact,
                  const std::vector<NamedRun>& proofs, double tau);

}  // namespace voronet
