// Certificates against one-pixel attacks: bounds over all values of a pixel rule most pixels out; what is
// left is tried, value by value (gray images), or stays open (colour images).
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/proof/provable_network.h>

#include <memory>
#include <string>

namespace voronet {

struct Certify {
  std::shared_ptr<const ProvableNetwork> network;  // of the model that is attacked
  double tau = 0.1;                                // see OnePixel
};

// The row holds a proof, and for a gray image an exact census. A pixel is pruned if bounds over the box of
// all its values, [0, 1] in every channel, keep the class. The domain of the certificate is 8-bit images; if
// all pixels are pruned, also real values. A margin within the rounding of floats (see BoundPlan) prunes
// nothing. Nothing is random: the row's seed is 0. Throws Error for a target, and as FlipWatch does.
AttackRow attack(const Certify& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target = {});

// See threat_model in one_pixel.h.
std::string threat_model(const Certify& options);

}  // namespace voronet
