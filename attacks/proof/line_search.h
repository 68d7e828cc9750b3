// The exact line search: of a gray image, every real value of every pixel.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/proof/provable_network.h>

#include <memory>
#include <string>

namespace voronet {

struct LineSearch {
  std::shared_ptr<const ProvableNetwork> network;  // of the model that is attacked
  double tau = 0.1;                                // see OnePixel
};

// The row holds a proof with all ranges of real values that flip the class (see walk_line), each confirmed by
// a forward in double at its middle, and an exact census of the 8-bit values: all of those within ranges were
// tried. What the row says of pixels and confidences is of the best 8-bit flip. Pixels whose bounds over all
// values rule them out are pruned. Nothing is random: the row's seed is 0. Throws Error for a colour image,
// a target, and as FlipWatch does.
AttackRow attack(const LineSearch& options, const AttackedModel& model, const data::Images& image,
                 Index index, int label, std::optional<int> target = {});

// See threat_model in one_pixel.h.
std::string threat_model(const LineSearch& options);

}  // namespace voronet
