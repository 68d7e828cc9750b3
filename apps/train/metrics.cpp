#include <voronet/apps/train/metrics.h>
#include <voronet/core/file.h>

namespace voronet {
Metrics::Metrics(std::filesystem::path file, std::vector<std::string> columns, double last)
    : file_(std::move(file)), table_{std::move(columns), {}} {
  if (!std::filesystem::exists(file_)) return;
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
  for (const double value : values) row.push_back(csv_field(value));
  table_.rows.push_back(row);
  write_file(file_, to_text(table_));
}

}  // namespace voronet
