// Branch and bound over the colours of one pixel, or of some: what a network says of all of them.
//
// Bounds of a box of colours (box_bounds.h) show that none of them flips the class, or that all do; a box
// that they leave open is cut in two, across the channel along which the margin to its strongest rival is the
// steepest. The margins of the box, which are affine but for noise, are those of its parts, too: a part is
// bounded anew only where noise, and not the colour, leaves many of its colours open. Of single colours that
// are left the network itself is asked.
//
// A flip is one in exact arithmetic: doubles compute it but for a millionth of the rounding of floats. Where
// the margin is within that rounding, an evaluation in floats may say otherwise: a tie, counted beside.
#pragma once

#include <voronet/attacks/proof/box_bounds.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace voronet {

struct BoxLimits {
  Index boxes = 1'000'000;  // that are bounded, of one pixel
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
  // Colours whose margin is no larger than this are left to be asked about.
  double doubt = 0;
  // That the image has a flip or a tie: others need not be told from what bounds could still rule out. Of
  // colours they are not counted, and values of a gray pixel as ties.
  bool has_tie = false;
  // Whether values of a gray pixel that flip, or may, are all listed; else they are counted, as colours are,
  // where bounds say whether they flip, and with confidence.
  bool lists_values = true;
};

struct BoxSearch {
  Index boxes = 0;  // that were bounded
  // Colours in boxes all of which flip; and in boxes of which floats may say otherwise.
  Index flips = 0, confident_flips = 0, ties = 0;
  // Colours, a byte a channel: one of each box that flips in any evaluation (of one channel all, or the first
  // and the last of a box), one of each that does but for ties; those that the network is to be asked about;
  // and those whose margin is surely no larger than the doubt, which are ties, too.
  std::vector<std::uint8_t> sure = {}, likely = {}, open = {}, near = {};
  Index undecided = 0;  // colours that the limits left
};

// Of pixels, row * width + column, that have this colour themselves, which is counted nowhere. The box that
// is likest to hold a flip comes first. Throws Error where bounds say that the image itself flips.
BoxSearch search_boxes(Workplace& by, const FlipRule& rule, std::span<const Index> positions,
                       std::span<const std::uint8_t> own, const BoxLimits& limits);

}  // namespace voronet
