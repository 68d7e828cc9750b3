// The folder that a training run leaves: what it was told, how it went, what it learned.
#pragma once

#include <voronet/apps/csv.h>

#include <filesystem>
#include <string>
#include <vector>

namespace voronet {

struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "config.toml"; }   // options; `--config` reads it
  std::filesystem::path metrics() const { return path / "metrics.csv"; }  // a row an epoch
  std::filesystem::path checkpoint() const { return path / "checkpoint.safetensors"; }
  std::filesystem::path attack() const { return path / "attack"; }  // an attack's folder, if any
  std::filesystem::path report() const { return path / "report.html"; }
};

// The folder for a new run, made where absent. Nothing is ever overwritten: throws Error when it holds a run
// already and `resume` is false, and when it cannot be made or written.
RunFolder open_run_folder(const std::filesystem::path& path, bool resume);

// The rows of metrics.csv. Each append writes the whole file to a temporary name and renames it, so at every
// moment the file holds whole lines.
class Metrics {
 public:
  // Starts with the rows of an interrupted run that belong to its checkpoint: those whose first column is at
  // most `last`. (Rows after it will be made again.) No file: no rows. Throws Error when the file has other
  // columns.
  Metrics(std::filesystem::path file, std::vector<std::string> columns, double last);

  // One value a column; NaN is left empty. Values are written with all their digits.
  void append(const std::vector<double>& values);
  const Csv& table() const { return table_; }

 private:
  std::filesystem::path file_;
  Csv table_;
};

}  // namespace voronet
