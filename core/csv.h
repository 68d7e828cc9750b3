// Tables as comma-separated values (RFC 4180): a header line, then a line a row.
#pragma once

#include <voronet/core/text.h>

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voronet {

struct Csv {
  std::vector<std::string> columns;            // the header
  std::vector<std::vector<std::string>> rows;  // each as long as the header

  // One column as numbers; an empty field is NaN. Throws Error when it is missing or holds something else.
  std::vector<double> numbers(std::string_view column) const;
};

// Throws Error for empty text, unequal rows and open quotes. Empty last lines are no rows of several columns.
Csv parse_csv(std::string_view text);
// The same for a file, with its name in the message.
Csv read_csv(const std::filesystem::path& path);

// The table as text. Fields with a comma, quote or line break are quoted.
std::string to_text(const Csv& table);

// A field: a number with all its digits, a text as it is, nothing for NaN and an optional without a value.
inline std::string csv_field(double value) { return std::isnan(value) ? "" : exact(value); }
template <class Value>
std::string csv_field(const Value& value) {
  return text(value);
}
template <class Value>
std::string csv_field(const std::optional<Value>& value) {
  return value ? csv_field(*value) : "";
}
// A row of these fields.
template <class... Values>
std::vector<std::string> csv_row(const Values&... values) {
  return {csv_field(values)...};
}

}  // namespace voronet
