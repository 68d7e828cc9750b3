// The exact one-pixel search for 8-bit gray images: every value at every position, 784 x 255 other images of
// a picture of 28 x 28. What sampling attacks approximate, this answers: an image without a flip has none.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>

#include <optional>
#include <string>

namespace voronet {

struct Exhaustive {
  // False: ends soon after its goal, or when nothing is left. True: tries everything, and the row holds the
  // number of adversarial values of each pixel.
  bool census = false;
  Goal goal = Goal::confident_flip;
  double tau = 0.1;  // see OnePixel
};

// Tries the values in the order 0, 255, every 16th, all others, each over all positions, row by row; the
// value that a pixel has is no query. The ordinary forward is asked about each: `Exact` (proof/exact.h) comes
// to the same by bounds, of networks that these know, and much sooner. Nothing is random: the row's seed is
// 0. Throws Error for a colour image, and as FlipWatch does.
AttackRow attack(const Exhaustive& options, const AttackedModel& model, const data::Images& image,
                 Index index, int label, std::optional<int> target = {});
// What the attacker knows and may do, and what is success, in words.
std::string threat_model(const Exhaustive& options);

}  // namespace voronet
