// Attacks the images of a data set one after another.
#pragma once

#include <voronet/attacks/one_pixel.h>

#include <functional>

namespace voronet {

struct AttackRun {
  std::vector<AttackRow> rows;  // in the order of images, then targets
  // What this call itself did, without rows that it took over: time of the attacks, and their queries.
  double seconds = 0;
  Index queries = 0;
};

struct AttackAll {
  Index images = 100;     // the first so many that the model classifies correctly, or all if there are fewer
  Index start = 0;        // images before this one are passed over
  bool targeted = false;  // one attack for each class but the label, so classes - 1 rows an image

  // Rows of an earlier, interrupted call with the same options: taken over, not computed again.
  std::vector<AttackRow> finished = {};
  // Called after each new row with what there is so far and how many rows there will be.
  std::function<void(const AttackRun& so_far, Index total)> progress = {};
};

// Throws Error when a finished row is of another seed, or of an image, label or target that is not attacked.
AttackRun attack_all(const OnePixel& attack, const Predict& predict, const data::Dataset& set,
                     const AttackAll& options = {});

// The first `count` images, from `start` on, that the model classifies correctly, or all if there are fewer.
std::vector<Index> correctly_classified(const Predict& predict, const data::Dataset& set, Index count,
                                        Index start = 0);

}  // namespace voronet
