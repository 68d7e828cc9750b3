// Bounds of a box of the colours of one pixel, or of some: the margins that they leave open, and whether
// flips are confident.
#pragma once

#include <voronet/attacks/proof/colour_box.h>
#include <voronet/attacks/proof/flip_bounds.h>
#include <voronet/attacks/proof/workplaces.h>

#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace voronet {

// Of so many colours at most a box is called a tie, by what floats round there: in smaller ones that is
// hardly less.
inline constexpr Index box_of_ties = 64;

// What is known of a box, and so of every box within it.
struct BoundedBox {
  ColourBox box;
  std::vector<BoxMargin> margins = {};  // to the rivals that some evaluation may prefer to the label
  MarginRanges ranges = {};             // of MarginBounds
  // Of the margins to the other rivals that were bounded for this box, in exact arithmetic: no less.
  double least = std::numeric_limits<double>::infinity();
  // Of the sum of exp(-margin) over the other rivals, in any evaluation: no more.
  double others = 0;
  std::optional<Claim> confident = {};  // whether what flips is, once that has been asked
  bool has_example = false;             // of a flip, that is listed
};

// Across which channel to cut a box: the one along which the margin to the rival that bounds let win by most
// is the steepest; and whether that margin is the least on the dark side.
struct Cut {
  Index across = 0;
  bool darker_first = false;
};
Cut best_cut(const ColourBox& box, const BoundedBox& within);

// Of one place, for one thread. Bounds from the back where there are any, else of the features.
class BoxBounds {
 public:
  // positions: row * width + column of each pixel. doubt: margins no larger than that are to be left open.
  // Everything must outlive it.
  BoxBounds(Workplace& by, const FlipRule& rule, std::span<const Index> positions, double doubt);

  // All colours, which come first.
  std::shared_ptr<BoundedBox> all(Index channels);
  // A box within the bounded one. rounds_less: what floats round is bounded anew, too, where that is all that
  // leaves a margin open, or would make it a tie.
  std::shared_ptr<BoundedBox> bounded(const ColourBox& box, const BoundedBox& within, bool rounds_less);

  // Whether what flips within the box is confident, in every evaluation or in none.
  Claim confidence(BoundedBox& box);

 private:
  BoxMargin of_features(const ColourBox& box, const QuadraticBound& bound, int rival) const;
  BoxMargin of_back(const ColourBox& box, const BoxMargin& known, const MarginRanges& ranges) const;
  void round_less(const ColourBox& box, const MarginRanges& ranges, double enough, BoxMargin& margin) const;
  void set_slopes(const ColourBox& box, double at_middle, const std::vector<double>& slopes,
                  BoxMargin& margin) const;
  static void keep(const BoxMargin& margin, BoundedBox& bounded);
  Claim confidence_by_features(const BoundedBox& box);
  double least_log_confidence(const BoundedBox& box) const;

  Workplace& by_;
  const FlipRule rule_;
  const std::span<const Index> positions_;
  const double doubt_;
};

}  // namespace voronet
