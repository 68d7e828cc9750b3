#include <voronet/core/csv.h>
#include <voronet/core/file.h>

#include <algorithm>
#include <limits>

namespace voronet {
namespace {

using Fields = std::vector<std::string>;

// Takes one field off the front of text, without the comma or line break that ends it.
std::string take_field(std::string_view& text) {
  std::string field;
  bool quoted = false;
  while (!text.empty()) {
    const char c = text.front();
    if (!quoted && (c == ',' || c == '\n' || c == '\r')) break;
    text.remove_prefix(1);
    if (c != '"') {
      field += c;
    } else if (quoted && text.starts_with('"')) {  // "" inside quotes is one quote
      field += c;
      text.remove_prefix(1);
    } else {
      quoted = !quoted;
    }
  }
  require(!quoted, "csv: a quote never closes");
  return field;
}

Fields take_line(std::string_view& text) {
  Fields fields{take_field(text)};
  while (text.starts_with(',')) {
    text.remove_prefix(1);
    fields.push_back(take_field(text));
  }
  if (text.starts_with('\r')) text.remove_prefix(1);
  if (text.starts_with('\n')) text.remove_prefix(1);
  return fields;
}

void append_line(std::string& out, const Fields& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      out += fields[i];
      continue;
    }
    out += '"';
    for (const char c : fields[i]) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    out += '"';
  }
  out += '\n';
}

double to_number(const std::string& field) {
  if (field.empty()) return std::numeric_limits<double>::quiet_NaN();
  const std::optional<double> value = parse_number<double>(field);
  require(value.has_value(), "csv: \"", field, "\" is not a number");
  return *value;
}

}  // namespace

std::vector<double> Csv::numbers(std::string_view column) const {
  const auto i = std::ranges::find(columns, column) - columns.begin();
  require(i < std::ssize(columns), "csv: there is no column ", column);
  std::vector<double> values;
  for (const Fields& row : rows) values.push_back(to_number(row[i]));
  return values;
}

Csv parse_csv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  require(!text.empty(), "csv: empty, there is not even a header");
  Csv table{take_line(text), {}};
  const auto more = [&] {
    return table.columns.size() > 1 ? text.find_first_not_of("\r\n") != text.npos : !text.empty();
  };
  while (more()) {
    table.rows.push_back(take_line(text));
    require(table.rows.back().size() == table.columns.size(), "csv: line ", table.rows.size() + 1, " has ",
            table.rows.back().size(), " fields, the first ", table.columns.size());
  }
  return table;
}

Csv read_csv(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  try {
    return parse_csv(text);
  } catch (const Error& error) {
    throw Error(path.string() + ": " + error.what());
  }
}

std::string to_text(const Csv& table) {
  std::string out;
  append_line(out, table.columns);
  for (const Fields& row : table.rows) append_line(out, row);
  return out;
}

}  // namespace voronet
