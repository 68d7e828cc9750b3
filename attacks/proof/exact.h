// The decision about one pixel of any image, gray or of colours: whether any change of it flips the class,
// and how many do, of all 256^channels - 1 at each place, or whether any real value of a gray one does; and
// whether any change of two pixels of a gray image does.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/proof/box_search.h>
#include <voronet/attacks/proof/certificate.h>

#include <functional>
#include <limits>
#include <memory>
#include <optional>

namespace voronet {

struct Exact {
  std::shared_ptr<const ProvableNetwork> network;  // of the model that is attacked
  Index pixels = 1;                                // that may change, at most: 1, 2 or 3
  bool census = false;  // count all flips, instead of ending with the first that reaches the goal
  Goal goal = Goal::confident_flip;
  double tau = 0.1;  // see OnePixel
  Domain domain = Domain::bytes;
  // Of one pixel of a gray image, to ask about every change that may flip, and the model about all that its
  // rounding might decide; else as of colours.
  bool model_decides_ties = true;
  Index boxes = 1'000'000;                                   // that are bounded, of one pixel
  double seconds = std::numeric_limits<double>::infinity();  // for an image
  // Of an image that is decided about one pixel. Called by several threads at a time, for one image each.
  std::function<void(const Certificate&, const data::Images& image, Index index)> keep_certificate{};
  // For images that take long: what boxes said of a place, by the number of its pixel, or, of several, its
  // own among those that bounds leave open, of an image that was begun before, and what is to be kept of one
  // that is decided. By several threads at a time, for one image each; what it throws ends the search.
  std::function<std::optional<BoxSearch>(Index index, Index place)> kept_place{};
  std::function<void(Index index, Index place, const BoxSearch& found)> keep_place{};
  // Of an image, how many of its places are decided: by their bounds, and then as the search goes on. Called
  // by several threads at a time, for one image each.
  std::function<void(Index decided, Index places)> progress{};
};

// 1. Bounds of all values of each pixel at once, or of sets of pixels that hold several (place_search.h). 2.
// Of those that these leave open, the corners of the colour cube are asked of the model. 3. Over the reals,
// if that does not reach the goal, walks along the lines of their values (real_values.h), which leave few
// pixels. 4. Branch and bound over the colours of each (box_search.h), in the order of what their corners
// lack of the goal; single colours that bounds leave are asked of the network in double. (Of several pixels,
// `Corners` is tried before.)
//
// Proven means: whoever evaluates the network in floats (layers/plan/rounding.h). A change whose margin is
// within that rounding is a tie, whatever it counts as. The row's proof is certified if no change flips the
// class and none is a tie. Where a limit ended the search, the proof says how many changes are undecided.
//
// Of one pixel of a gray image, if `model_decides_ties`, each value that may flip is asked about, and those
// near a tie, of the class or of tau, of the model: all verdicts are those of its ordinary forward. Else, and
// of more, there are too many for that: a flip is one in exact arithmetic, and where the margin is no more
// than 1e-5 of the largest logit, the model has the last word; the first flip or tie ends the search for
// other ties. With `census`, row.census has the exact counts by pixel, of boxes by their volume. The best
// flip is the one of those that were asked about; the model confirms it.
//
// Nothing is random: the row's seed is 0. Rows repeat, but where `seconds` ended a search. Throws Error for a
// target, for colours over the reals, for two pixels of colours, over the reals or with a census, as
// FlipWatch does, and when the model contradicts bounds, which says where.
AttackRow attack(const Exact& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target = {});
// What the attacker knows and may do, and what is success, in words.
std::string threat_model(const Exact& options);

}  // namespace voronet
