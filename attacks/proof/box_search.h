// Branch and bound over the colours of one pixel, or of some: what a network says of all 256^channels of
// them.
//
// Bounds of a box of colours (PixelBounds) show that none of them flips the class, or that all do; a box that
// they leave open is cut in two, across the channel along which the margin to its strongest rival is the
// steepest, until few colours are left, which the network itself is asked about.
//
// A flip is one in exact arithmetic: doubles compute it but for a millionth of the rounding of floats. Where
// the margin is within that rounding, an evaluation in floats may say otherwise: a tie, counted beside.
#pragma once

#include <voronet/attacks/proof/flip_bounds.h>
#include <voronet/layers/plan/pixel_bounds.h>

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
  // That the image has a flip or a tie: others need not be told from what bounds could still rule out, and
  // are not counted.
  bool has_tie = false;
};

// What a double's logit may be off, in parts of what a float's may be: 2^-29 in a sum of products, and more
// in the few operations of forms (2^-49 instead of 2^-24).
inline constexpr double double_rounding = 0x1p-20;

struct BoxSearch {
  Index boxes = 0;  // that were bounded
  // Colours in boxes all of which flip; and in boxes of which floats may say otherwise.
  Index flips = 0, confident_flips = 0, ties = 0;
  // Colours, a byte a channel: one of each box that flips in any evaluation (of one channel, all), one of
  // each that does but for ties, and those that the network is to be asked about.
  std::vector<std::uint8_t> sure = {}, likely = {}, open = {};
  Index undecided = 0;  // colours that the limits left
};

// Of pixels, row * width + column, that have this colour themselves, which is counted nowhere. The box that
// is likest to hold a flip comes first. Throws Error where bounds say that the image itself flips.
BoxSearch search_boxes(PixelBounds& bounds, const LogitBounds& head, const FlipRule& rule,
                       std::span<const Index> positions, std::span<const std::uint8_t> own,
                       const BoxLimits& limits);

}  // namespace voronet
