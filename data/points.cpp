#include <voronet/core/csv.h>
#include <voronet/core/file.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/random.h>
#include <voronet/data/points.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace voronet::data {
namespace {

namespace fs = std::filesystem;

// What a file says.
struct Table {
  std::string source;
  Tensor values;
  std::vector<std::string> labels;
};

std::string trimmed(const std::string& field) {
  const auto first = field.find_first_not_of(" \t"), last = field.find_last_not_of(" \t");
  return first == field.npos ? "" : field.substr(first, last - first + 1);
}

// So that 1.0 is the same as 1.
std::string label_of(const std::string& field, const std::string& where) {
  require(!field.empty(), where, ": there is no label");
  const auto number = parse_number<double>(field);
  if (!number) return field;
  require(*number >= 0 && *number <= std::numeric_limits<int>::max() && *number == std::floor(*number), where,
          ": label ", field, " is neither one of 0, 1, ... nor a name");
  return text(static_cast<int>(*number));
}

bool is_finite(double value) { return std::isfinite(static_cast<float>(value)); }

double value_of(const std::string& field, const std::string& where) {
  const auto number = parse_number<double>(field);
  require(number && is_finite(*number), where, ": '", field, "' is not a finite number");
  return *number;
}

Table read_table(const fs::path& path) {
  Csv csv = within_memory(path, [&] { return read_csv(path); });
  for (std::string& field : csv.columns) field = trimmed(field);
  const bool header =
      std::ranges::none_of(csv.columns, [](const auto& f) { return parse_number<double>(f).has_value(); });
  if (!header) csv.rows.insert(csv.rows.begin(), csv.columns);
  const auto width = std::ssize(csv.columns);
  require(width >= 2, path.string(), ": a line needs a value, a comma and a label");
  require(!csv.rows.empty(), path.string(), ": there is no line after the header");
  const auto named = std::ranges::find(csv.columns, "label") - csv.columns.begin();
  const auto label = header && named < width ? named : width - 1;
  std::vector<double> values;
  Table table{path.string(), {}, {}};
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    const std::string line = text(path.string(), ": line ", row + 1 + header);
    for (Index column = 0; column < width; ++column) {
      const std::string field = trimmed(csv.rows[row][column]);
      if (column == label)
        table.labels.push_back(label_of(field, line));
      else
        values.push_back(value_of(field, text(line, ", column ", column + 1)));
    }
  }
  table.values = from(values, {std::ssize(csv.rows), width - 1}, Dtype::f64);
  return table;
}

// The classes that these labels are of: 0, 1, ..., or names, sorted.
std::vector<std::string> names_of(const std::vector<std::string>& labels, const std::string& source) {
  const std::set<std::string> all(labels.begin(), labels.end());
  require(all.size() >= 2, source, ": there is only one class, ", *all.begin());
  const auto is_number = [](const std::string& label) { return parse_number<int>(label).has_value(); };
  if (std::ranges::none_of(all, is_number)) return {all.begin(), all.end()};
  std::vector<std::string> names;
  for (std::size_t label = 0; label < all.size(); ++label) {
    names.push_back(text(label));
    require(all.contains(names.back()), source, ": its ", all.size(), " classes are neither 0 to ",
            all.size() - 1, " nor all names: there is no label ", label);
  }
  return names;
}

std::vector<int> numbers_of(const Table& table, const std::vector<std::string>& names) {
  std::vector<int> numbers;
  for (const std::string& label : table.labels) {
    const auto found = std::ranges::find(names, label);
    require(found != names.end(), table.source, ": no point to train on has label ", label);
    numbers.push_back(static_cast<int>(found - names.begin()));
  }
  return numbers;
}

void set_moments(Dataset& set, const Tensor& like) {
  const Tensor centre = mean(like, {0});
  set.mean = centre.to_vector();
  set.deviation = sqrt(mean(square(like - centre), {0})).to_vector();
  for (std::size_t i = 0; i < set.mean.size(); ++i)
    if (set.deviation[i] <= std::max<double>(1e-6 * std::abs(set.mean[i]), std::numeric_limits<float>::min()))
      set.deviation[i] = 1;
}

// Of each class, in an order drawn from a seed of its own, the third of every five points is for tests.
std::vector<Index> rows_of(Split split, const Dataset& whole) {
  std::vector<Index> rows, seen(whole.classes, 0);
  for (const Index row : Random(0x706f696e7473).permutation(whole.size())) {
    const int label = whole.labels[row];
    if ((seen[label]++ % 5 == 2) == (split == Split::test)) rows.push_back(row);
  }
  std::ranges::sort(rows);
  return rows;
}

Dataset read_single(const fs::path& path, Split split) {
  const Table table = read_table(path);
  const auto names = names_of(table.labels, table.source);
  const Dataset whole = points(table.source, table.values, numbers_of(table, names), names);
  const std::vector<Index> train = rows_of(Split::train, whole), test = rows_of(Split::test, whole);
  require(!test.empty(), table.source, ": no class has three points, so that one could be kept for tests");
  Dataset chosen = whole.select(split == Split::train ? train : test);
  set_moments(chosen, whole.inputs(train, Dtype::f64));
  return chosen;
}

Dataset read_folder(const fs::path& folder, Split split) {
  const Table train = read_table(folder / "train.csv");
  const auto names = names_of(train.labels, train.source);
  const Table other = split == Split::train ? train : read_table(folder / "test.csv");
  require(other.values.dim(1) == train.values.dim(1), other.source, " has ", other.values.dim(1),
          " values a point, ", train.source, " has ", train.values.dim(1));
  Dataset chosen = points(folder.string(), other.values, numbers_of(other, names), names);
  set_moments(chosen, train.values);
  return chosen;
}

}  // namespace

Dataset points(std::string name, const Tensor& values, std::vector<int> labels,
               std::vector<std::string> class_names) {
  require(values.rank() == 2 && values.size() >= 1 && values.dim(0) == std::ssize(labels), "points: ", name,
          " has values ", values.shape(), ", which should be n x d, and ", labels.size(), " labels");
  if (class_names.empty()) {
    std::vector<std::string> numbers;
    for (const int label : labels) numbers.push_back(text(label));
    class_names = names_of(numbers, name);
  }
  require(class_names.size() >= 2, "points: ", name, " has only one class");
  for (const int label : labels)
    require(label >= 0 && label < std::ssize(class_names), "points: ", name, " has label ", label, " of ",
            class_names.size(), " classes");
  for (const double value : values.to_vector())
    require(is_finite(value), "points: ", name, " has the value ", value, ", which is not finite");
  Dataset set{.name = std::move(name),
              .images = {},
              .labels = std::move(labels),
              .classes = static_cast<int>(class_names.size()),
              .class_names = std::move(class_names),
              .points = values.to(Dtype::f64).clone()};
  set_moments(set, set.points);
  return set;
}

bool is_points(const fs::path& path) {
  std::error_code ignored;
  return path.extension() == ".csv" || fs::exists(path / "train.csv", ignored);
}

Dataset read_points(const fs::path& path, Split split) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? read_folder(path, split) : read_single(path, split);
}

std::string to_csv(const Dataset& points) {
  require(points.points.defined(), "points: ", points.name, " has images");
  const Index d = points.points.dim(1);
  Csv csv;
  for (Index column = 0; column < d; ++column) csv.columns.push_back(text('x', column));
  csv.columns.emplace_back("label");
  for (Index row = 0; row < points.size(); ++row) {
    auto& line = csv.rows.emplace_back();
    for (Index column = 0; column < d; ++column) line.push_back(csv_field(points.points.at({row, column})));
    const int label = points.labels[row];
    line.push_back(points.class_names[label]);
  }
  return to_text(csv);
}

}  // namespace voronet::data
