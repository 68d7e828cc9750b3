// How a training went: a row of numbers an epoch, in a file.
#pragma once

#include <voronet/core/csv.h>

#include <filesystem>
#include <string>
#include <vector>

namespace voronet {

// The rows of metrics.csv. Each append replaces the whole file, which at every moment holds whole lines.
class Metrics {
 public:
  // Starts with the rows of an interrupted run that belong to its checkpoint: those whose first column is at
  // most `last`. No file: no rows. Throws Error when the file has other columns.
  Metrics(std::filesystem::path file, std::vector<std::string> columns, double last);

  // One value a column; NaN is left empty. Values are written with all their digits.
  void append(const std::vector<double>& values);
  const Csv& table() const { return table_; }

 private:
  std::filesystem::path file_;
  Csv table_;
};

}  // namespace voronet
