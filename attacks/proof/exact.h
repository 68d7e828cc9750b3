// Exact answers about one pixel of any image, gray or of colours: whether any change of it flips the class,
// and how many do, of all 256^channels - 1 at each place.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/proof/provable_network.h>

#include <limits>
#include <memory>

namespace voronet {

struct Exact {
  std::shared_ptr<const ProvableNetwork> network;  // of the model that is attacked
  bool census = false;  // count all flips, instead of ending with the first that reaches the goal
  Goal goal = Goal::confident_flip;
  double tau = 0.1;                                          // see OnePixel
  Index boxes = 1'000'000;                                   // that are bounded, of one pixel
  double seconds = std::numeric_limits<double>::infinity();  // for an image
};

// 1. Bounds of all values of each pixel at once. 2. Of the pixels that these leave open, the corners of the
// colour cube are asked of the model. 3. If that does not reach the goal, branch and bound over the colours
// of each (box_search.h), in the order of what their corners lack of it; single colours that bounds leave are
// asked of the network in double.
//
// A flip is one in exact arithmetic; but where the margin is no more than 1e-5 of the largest logit, the
// model's ordinary forward has the last word, which elsewhere is no other in practice. Proven is more: where
// the margin is within the rounding of floats (layers/plan/rounding.h), a change is a tie, whatever it counts
// as. The row's proof is certified if no change flips the class and none is a tie: so nothing flips it,
// whoever evaluates the network in floats. (The first flip or tie ends the search for other ties.) Where a
// limit ended the search, the proof says how many changes are undecided. With `census`, row.census has the
// exact counts by pixel, of boxes by their volume. The best flip is the one of those that were asked about;
// the model confirms it.
//
// Nothing is random: the row's seed is 0. Rows repeat, but where `seconds` ended a search. Throws Error for a
// target, as FlipWatch does, and when the model contradicts bounds, which says where.
AttackRow attack(const Exact& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target = {});
std::string threat_model(const Exact& options);

}  // namespace voronet
