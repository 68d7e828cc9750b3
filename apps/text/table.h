// Tables of plain text for terminals.
#pragma once

#include <string>
#include <vector>

namespace voronet {

using Cells = std::vector<std::string>;  // of a row, or the names of columns
using Rows = std::vector<Cells>;

// Columns two spaces apart, as wide as their longest cell, the first aligned to the left and the others,
// numbers as they mostly are, to the right. Every row is as long as the header. ASCII.
std::string text_table(const Cells& header, const Rows& rows);

// The same in parts of at most `width` characters, each with the first column and some of the others.
std::string wrapped_table(const Cells& header, const Rows& rows, std::size_t width);

}  // namespace voronet
