// An evaluation as JSON.
#pragma once

#include <voronet/apps/text/machine.h>
#include <voronet/optim/training/evaluate.h>

namespace voronet {

// {"correct", "total", "accuracy", "mean_confidence", "data_md5"}, and what made it (made_by).
inline Json evaluation_json(const Evaluation& evaluation, const std::string& data_md5) {
  Json json = {{"correct", evaluation.correct},
               {"total", evaluation.total},
               {"accuracy", evaluation.accuracy()},
               {"mean_confidence", evaluation.mean_confidence()},
               {"data_md5", data_md5}};
  json.update(made_by());
  return json;
}

}  // namespace voronet
