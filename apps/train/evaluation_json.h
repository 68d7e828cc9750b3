// An evaluation as JSON.
#pragma once

#include <voronet/optim/training/evaluate.h>

#include <nlohmann/json.hpp>

namespace voronet {

// {"correct", "total", "accuracy", "mean_confidence"}.
inline nlohmann::ordered_json to_json(const Evaluation& evaluation) {
  return {{"correct", evaluation.correct},
          {"total", evaluation.total},
          {"accuracy", evaluation.accuracy()},
          {"mean_confidence", evaluation.mean_confidence()}};
}

}  // namespace voronet
