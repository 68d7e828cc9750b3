// Branch and bound over which pixels change: what bounds of all values of many pixels rule out, no few of
// them can do. (CoVerD covers all choices of pixels by larger sets, too, of fixed designs: Shapira et al.,
// "Deep learning robustness verification for few-pixel attacks", OOPSLA 2023.)
#pragma once

#include <voronet/attacks/proof/flip_bounds.h>
#include <voronet/attacks/proof/places.h>
#include <voronet/attacks/proof/workplaces.h>

#include <chrono>
#include <vector>

namespace voronet {

// A place whose values bounds of all of them at once leave open.
struct OpenPlace {
  Place place;
  FlipVerdict at_once;
  double rounding;  // of all their logits
};

// Pixels whose values, all of them at once, do not flip the class.
struct RuledOutSet {
  Place pixels;
  double margin;  // in exact arithmetic, at least
};
enum class Sets { kept, dropped };

struct PlaceSearch {
  std::vector<OpenPlace> open;    // in the order of their positions
  Index ruled_out = 0, left = 0;  // places: by bounds, and to the clock
  std::vector<RuledOutSet> sets;  // that ruled them out, if they are kept
};

// Of an image, of which so many pixels change, 1 or more, on all threads. workplaces: of this network, image
// and number of pixels. After `end` nothing more is bounded.
PlaceSearch search_places(Workplaces& workplaces, const BoundPlan& plan, const data::Images& image,
                          Index pixels, const FlipRule& rule, std::chrono::steady_clock::time_point end,
                          Sets sets = Sets::dropped);

}  // namespace voronet
