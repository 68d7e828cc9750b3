// Tables of plain text for terminals.
#pragma once

#include <string>
#include <vector>

namespace voronet {

// Columns two spaces apart, as wide as their longest cell, the first aligned to the left and the others,
// numbers as they mostly are, to the right. Every row is as long as the header. Cells are counted in bytes:
// ASCII.
std::string text_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace voronet
