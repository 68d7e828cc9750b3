// Tables as comma-separated values (RFC 4180): a header line, then a line a row.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace voronet {

struct Csv {
  std::vector<std::string> columns;            // the header
  std::vector<std::vector<std::string>> rows;  // each as long as the header

  bool has(std::string_view column) const;
  // One column as numbers; an empty field is NaN. Throws Error when it is missing or holds something else.
  std::vector<double> numbers(std::string_view column) const;
};

// Throws Error for empty text, rows of another length and quotes that never close. Empty lines at the end are
// no rows of more than one column.
Csv parse_csv(std::string_view text);
// The same for a file, with its name in the message.
Csv read_csv(const std::filesystem::path& path);

// The table as text. Fields with a comma, quote or line break are quoted.
std::string to_text(const Csv& table);

}  // namespace voronet
