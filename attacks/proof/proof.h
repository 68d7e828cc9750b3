// What was proven of one image: plain data.
#pragma once

#include <voronet/core/shape.h>

#include <optional>
#include <vector>

namespace voronet {

// maybe: bounds leave it open. In a finished proof that is a tie too near for floats to tell. In this order,
// so that the larger of two claims is what they say of either.
enum class Claim { no, maybe, yes };

// Which values of a pixel a proof speaks of: bytes / 255, or all reals from 0 to 1.
enum class Domain { bytes, reals };

// A pixel that bounds over all its values at once do not rule out.
struct OpenPixel {
  Index row = 0, column = 0;
  bool confident = false;  // nor as the place of a confident flip

  friend bool operator==(const OpenPixel&, const OpenPixel&) = default;
};

// Real values of one gray pixel that flip the class, all or perhaps, and with confidence or not.
struct FlipRange {
  Index row = 0, column = 0;
  double from = 0, to = 1;      // in [0, 1]
  Claim flip = Claim::maybe;    // never no
  Claim confident = Claim::no;  // whether the flips are confident

  friend bool operator==(const FlipRange&, const FlipRange&) = default;
};

// A flip by a pixel's real value, confirmed by a forward in double.
struct RealFlip {
  Index row = 0, column = 0;
  double value = 0;  // in [0, 1]
  int predicted = 0;
  double confidence = 0;  // in the new class

  friend bool operator==(const RealFlip&, const RealFlip&) = default;
};

// What a search over boxes of colours took, and what its limits left.
struct BoxCount {
  Index boxes = 0;      // that were bounded
  Index undecided = 0;  // changes of one pixel of which nothing is known
  double seconds = 0;   // of an answer to an image: of all steps, that went by

  // But for the seconds, which are others each time.
  friend bool operator==(const BoxCount& a, const BoxCount& b) {
    return a.boxes == b.boxes && a.undecided == b.undecided;
  }
};

struct Proof {
  Domain domain = Domain::bytes;
  bool certified = false;            // nothing in the domain flips the class
  bool certified_confident = false;  // nothing flips it with confidence

  Index pruned = 0;                  // pixels that bounds over all their values at once rule out
  std::vector<OpenPixel> open = {};  // all others, in row-major order
  Index ties = 0;  // changes of one pixel, by bytes, that are too near a tie for floats to tell
  std::optional<BoxCount> search{};  // of `exact`
  // Of gray pixels' reals:
  std::vector<FlipRange> ranges = {};   // by pixel in row-major order, then by value
  std::optional<RealFlip> real_flip{};  // the one in the widest range, among the confident ones if there are

  friend bool operator==(const Proof&, const Proof&) = default;
};

}  // namespace voronet
