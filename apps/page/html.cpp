#include <voronet/apps/page/html.h>
#include <voronet/apps/text/embedded.h>
#include <voronet/apps/text/json.h>
#include <voronet/core/text.h>
#include <voronet/core/threads.h>
#include <voronet/core/version.h>

#include <cctype>
#include <cstdint>
#include <map>

namespace voronet::html {
std::string escape(std::string_view text) {
  static const std::map<char, std::string_view> safe = {
      {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
  std::string out;
  for (const char& c : text) {
    const auto found = safe.find(c);
    out += found == safe.end() ? std::string_view(&c, 1) : found->second;
  }
  return out;
}

std::string address(std::string_view path) {
  static constexpr std::string_view digits = "0123456789ABCDEF", plain = "/-._~";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 && std::isalnum(byte) != 0) || plain.find(c) != plain.npos)
      out += c;
    else
      (out += '%').append({digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

std::string page(std::string_view title, const std::string& body) {
  const std::string made_by =
      quiet(text("Made by ", program(), ", with ", threads(), threads() == 1 ? " thread." : " threads."));
  return valid_utf8(filled("page/frame.html", {{"title", escape(title)},
                                               {"style", embedded_files().at("page/style.css")},
                                               {"body", body + made_by}}));
}

std::string quiet(std::string_view words) { return "<p class=\"quiet\">" + escape(words) + "</p>\n"; }

std::string side_by_side(const std::vector<std::string>& pictures) {
  std::string out = "<div class=\"plots\">\n";
  for (const std::string& picture : pictures)
    if (!picture.empty()) out += "<div>" + picture + "</div>\n";
  return out + "</div>\n";
}

std::string table(const Cells& header, const Rows& rows) {
  std::string out = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const std::string& name : header) out += "<th scope=\"col\">" + escape(name) + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (const std::string& cell : row) out += "<td>" + escape(cell) + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string titled_table(std::string_view title, const Cells& header, const Rows& rows) {
  const std::string heading = title.empty() ? "" : "<h3>" + escape(title) + "</h3>\n";
  return heading + "<div class=\"wrap\">" + table(header, rows) + "</div>\n";
}

std::string series_color(std::size_t i) { return text("var(--series-", i % 8 + 1, ", currentColor)"); }

std::string base64(std::string_view bytes) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view three = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < three.size() ? static_cast<std::uint8_t>(three[k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += k <= three.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string png_address(std::string_view bytes) { return "data:image/png;base64," + base64(bytes); }

}  // namespace voronet::html
