// What every real value of every pixel of a gray image does, not of bytes alone.
#pragma once

#include <voronet/attacks/proof/workplaces.h>

#include <optional>
#include <span>
#include <vector>

namespace voronet {

struct RealValues {
  std::vector<FlipRange> ranges;      // not proven to keep the class, by pixel, then by value
  std::optional<RealFlip> real_flip;  // in the middle of the widest that flips, of the confident ones if any
};

// Of the pixels at these positions, row * width + column, in ascending order: each is walked along its line
// (walk_line), and a forward in double confirms the middle of each range that flips. `index`: the image's,
// for messages; workplaces: its own, of one pixel. Throws Error where that contradicts, which says where.
RealValues real_values(Workplaces& workplaces, const ProvableNetwork& network, const data::Images& image,
                       std::span<const Index> positions, const FlipRule& rule, Index index);

}  // namespace voronet
