#include <voronet/apps/table.h>

#include <algorithm>

namespace voronet {

std::string text_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < header.size(); ++i) {
    widths.push_back(header[i].size());
    for (const auto& row : rows) widths[i] = std::max(widths[i], row.at(i).size());
  }
  std::string out;
  const auto add = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string gap(widths[i] - cells[i].size(), ' ');
      line += i == 0 ? cells[i] + gap : "  " + gap + cells[i];
    }
    out += line + '\n';
  };
  add(header);
  for (const auto& row : rows) add(row);
  return out;
}

}  // namespace voronet
