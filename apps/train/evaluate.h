// Evaluation of a classifier over a whole data set.
#pragma once

#include <voronet/data/images.h>
#include <voronet/layers/evaluate.h>
#include <voronet/ranks/ranks.h>

#include <functional>

#include <nlohmann/json.hpp>

namespace voronet {

// In batches, in the data set's order; `done` is told how many images are through. Throws Error when the
// images do not fit the network or there are none.
Evaluation evaluate(Classifier& classifier, const data::Dataset& data,
                    const std::function<void(Index)>& done = {});

// The same with the images dealt to the ranks of a team, who must all call it and all get the result.
Evaluation evaluate(Classifier& classifier, const data::Dataset& data, ranks::Team& team);

// {"correct", "total", "accuracy", "mean_confidence"}.
nlohmann::ordered_json to_json(const Evaluation& evaluation);

}  // namespace voronet
