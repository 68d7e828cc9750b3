// Self-contained web pages: one file with its style and pictures inside, which asks nothing of any network,
// reads well from 400 pixels of width on, in light and in dark.
#pragma once

#include <voronet/apps/text/table.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace voronet::html {

// The text with &, <, > and quotes made safe, for content and for attribute values.
std::string escape(std::string_view text);

// A path as an address within a link: what is more than letters, digits, / and - . _ ~ becomes %XX.
std::string address(std::string_view path);

// A whole page, which ends with the program that made it. `title` is plain text, `body` is HTML: what the
// functions below give, or your own. What is not UTF-8 in them gets replacement characters.
std::string page(std::string_view title, const std::string& body);

// A table that scrolls sideways where it is too wide. Header and cells are plain text; every row is as long
// as the header. Columns after the first are aligned to the right, as numbers are.
std::string table(const Cells& header, const Rows& rows);

// The same below a heading, if any, with a first column that wraps: sentences.
std::string titled_table(std::string_view title, const Cells& header, const Rows& rows);

// A paragraph of plain text that explains, in a softer colour.
std::string quiet(std::string_view words);

// Pictures, as SVG, in as many columns as the window has room for; empty ones are left out.
std::string side_by_side(const std::vector<std::string>& pictures);

// The colour of a plot's i-th series, on a page of this style: eight, then the same again.
std::string series_color(std::size_t i);

// Bytes as text, as addresses and scripts take them (RFC 4648).
std::string base64(std::string_view bytes);

// A PNG file's bytes as an address that holds the whole picture: <img src="...">.
std::string png_address(std::string_view bytes);

}  // namespace voronet::html
