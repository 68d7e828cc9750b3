// An evaluation as JSON, and its answers as CSV.
#pragma once

#include <voronet/apps/text/machine.h>
#include <voronet/core/csv.h>
#include <voronet/optim/training/evaluate.h>

namespace voronet {

// {"correct", "total", "accuracy", "mean_confidence", "data_md5"}, and what made it (made_by).
inline Json evaluation_json(const Evaluation& evaluation, const std::string& data_md5) {
  Json json;
  put(json, "correct", evaluation.correct, "total", evaluation.total, "accuracy", evaluation.accuracy(),
      "mean_confidence", evaluation.mean_confidence(), "data_md5", data_md5);
  json.update(made_by());
  return json;
}

// index,label,predicted,confidence: a line an image, of which the first has number `first` in its data set.
inline Csv predictions_csv(const Evaluation& evaluation, Index first = 0) {
  Csv table = parse_csv("index,label,predicted,confidence");
  for (const auto& [label, predicted, confidence] : evaluation.answers)
    table.rows.push_back(csv_row(first++, label, predicted, text(confidence)));
  return table;
}

}  // namespace voronet
