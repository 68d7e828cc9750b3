#include <voronet/apps/text/table.h>

#include <algorithm>

namespace voronet {
namespace {

constexpr std::size_t gap_width = 2;

// Of each column.
std::vector<std::size_t> column_widths(const Cells& header, const Rows& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < header.size(); ++i) {
    widths.push_back(header[i].size());
    for (const Cells& row : rows) widths[i] = std::max(widths[i], row.at(i).size());
  }
  return widths;
}

// The column after the last that fits beside the first column and `first`.
std::size_t end_of_part(const std::vector<std::size_t>& widths, std::size_t first, std::size_t width) {
  std::size_t used = widths[0] + gap_width + widths[first], last = first + 1;
  while (last < widths.size() && (used += gap_width + widths[last]) <= width) ++last;
  return last;
}

// The first cell and those of columns first..last-1.
Cells part_of(const Cells& row, std::size_t first, std::size_t last) {
  Cells part = {row.at(0)};
  for (std::size_t i = first; i < last; ++i) part.push_back(row.at(i));
  return part;
}

}  // namespace

std::string text_table(const Cells& header, const Rows& rows) {
  const auto widths = column_widths(header, rows);
  std::string out;
  const auto add = [&](const Cells& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string gap(widths[i] - cells[i].size(), ' ');
      line += i == 0 ? cells[i] + gap : std::string(gap_width, ' ') + gap + cells[i];
    }
    out += line + '\n';
  };
  add(header);
  for (const Cells& row : rows) add(row);
  return out;
}

std::string wrapped_table(const Cells& header, const Rows& rows, std::size_t width) {
  const auto widths = column_widths(header, rows);
  std::string out;
  for (std::size_t first = 1, last = first; first < header.size(); first = last) {
    last = end_of_part(widths, first, width);
    Rows part;
    for (const Cells& row : rows) part.push_back(part_of(row, first, last));
    out += (first > 1 ? "\n" : "") + text_table(part_of(header, first, last), part);
  }
  return out;
}

}  // namespace voronet
