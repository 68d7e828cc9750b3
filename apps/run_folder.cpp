#include <voronet/apps/numbers.h>
#include <voronet/apps/run_folder.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

namespace voronet {
namespace fs = std::filesystem;

RunFolder open_run_folder(const fs::path& path, bool resume) {
  const RunFolder folder{path};
  make_folder(path);
  const bool used = fs::exists(folder.config()) || fs::exists(folder.checkpoint());
  require(resume || !used, path.string(),
          " already holds a run: continue it with --resume, or choose another --out");
  return folder;
}

Metrics::Metrics(fs::path file, std::vector<std::string> columns, double last)
    : file_(std::move(file)), table_{std::move(columns), {}} {
  if (!fs::exists(file_)) return;
  const Csv old = read_csv(file_);
  require(old.columns == table_.columns, file_.string(), ": the columns are not those of this run");
  const std::vector<double> order = old.numbers(old.columns.front());
  for (std::size_t i = 0; i < order.size(); ++i)
    if (order[i] <= last) table_.rows.push_back(old.rows[i]);
}

void Metrics::append(const std::vector<double>& values) {
  require(values.size() == table_.columns.size(), "metrics: ", values.size(), " values for ",
          table_.columns.size(), " columns");
  std::vector<std::string> row;
  for (const double value : values) row.push_back(exact(value));
  table_.rows.push_back(row);
  write_file(file_, to_text(table_));
}

}  // namespace voronet
