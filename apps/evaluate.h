// Evaluation of a classifier over a whole data set.
#pragma once

#include <voronet/data/images.h>
#include <voronet/layers/evaluate.h>

#include <functional>

namespace voronet {

// In batches, in the data set's order; `done` is told how many images are through. Throws Error when the
// images do not fit the network or there are none.
Evaluation evaluate(Classifier& classifier, const data::Dataset& data,
                    const std::function<void(Index)>& done = {});

}  // namespace voronet
