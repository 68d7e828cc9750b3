// The exact walk along one pixel: what a network says of every real value of a gray pixel.
//
// Along the values v in [0, 1] of one pixel, a network of ReLUs and max-poolings is affine piece by piece
// (ExactLine: Sotoudeh, Thakur, "Computing linear restrictions of neural networks", NeurIPS 2019). A softmax
// head's margins are affine on each piece, a Gauss head's quadratic: where they pass 0 has a closed form. Not
// every piece need be seen: a range of values whose bounds decide it is left as it is; others are cut, at the
// bend nearest their middle of the first layer that bends, then, on one piece, where a margin passes 0.
#pragma once

#include <voronet/attacks/proof/flip_bounds.h>
#include <voronet/layers/plan/pixel_bounds.h>

#include <vector>

namespace voronet {

struct PixelWalk {
  std::vector<double> cuts;  // where [0, 1] was cut into ranges that were judged one by one, in order
  // The ranges that are not proven to keep the class, in order; what touches and has one verdict is one
  // range. None: no real value in [0, 1] flips the class.
  std::vector<FlipRange> ranges;
};

// `maybe` is left where a margin is within the rounding of floats (see BoundPlan), within 1e-9 of a bend, or,
// for softmax confidences, within 1e-6 of tau; and after 4,096 cuts.
PixelWalk walk_line(PixelBounds& bounds, const LogitBounds& head, const FlipRule& rule, Index row,
                    Index column);

}  // namespace voronet
