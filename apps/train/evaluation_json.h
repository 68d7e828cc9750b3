// An evaluation as JSON.
#pragma once

#include <voronet/apps/text/json.h>
#include <voronet/optim/training/evaluate.h>

namespace voronet {

// {"correct", "total", "accuracy", "mean_confidence"}.
inline void to_json(Json& json, const Evaluation& evaluation) {
  json = {{"correct", evaluation.correct},
          {"total", evaluation.total},
          {"accuracy", evaluation.accuracy()},
          {"mean_confidence", evaluation.mean_confidence()}};
}

}  // namespace voronet
