#include <voronet/apps/page/html.h>
#include <voronet/core/text.h>

#include <cstdint>

namespace voronet::html {
namespace {

// Plots take their colours from series_color(), --line and --quiet.
const char* const style = R"css(
:root { color-scheme: light dark; --page: #ffffff; --text: #1c2024; --quiet: #60646c; --line: #d9d9e0;
  --mark: #d6006f; --series-1: #1f6fd6; --series-2: #c2410c; --series-3: #15803d; --series-4: #7c3aed;
  --series-5: #a16207; --series-6: #be185d; --series-7: #475569; --series-8: #0891b2; }
@media (prefers-color-scheme: dark) { :root { --page: #16181b; --text: #eceef0; --quiet: #a0a6ad; --line: #3a3f45;
  --mark: #ff5cad; --series-1: #6aa9ff; --series-2: #fb923c; --series-3: #4ade80; --series-4: #b79bff;
  --series-5: #facc15; --series-6: #f472b6; --series-7: #b6c2d1; --series-8: #22d3ee; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1160px; padding: 16px; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
.quiet { color: var(--quiet); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 16px; }
.plots svg { width: 100%; height: auto; display: block; }
@media (max-width: 560px) { .plots svg[viewBox^="0 0 640"] { font-size: 16px; }
  th, td { padding: .3rem .4rem; } }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: 12px; }
.card p { margin: 8px 0 0; font-size: .85rem; }
.card h3 { font-size: 1rem; margin: 0 0 8px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
figure { margin: 0; }
figcaption { font-size: .85rem; }
.picture { position: relative; }
.picture img { display: block; width: 100%; image-rendering: pixelated; }
.changed { position: absolute; outline: 2px solid var(--mark); outline-offset: 1px; }
.theorem { border-left: 3px solid var(--series-1); padding: 0 0 0 1rem; margin: 1rem 0; }
.failed { color: var(--mark); font-weight: 600; }
.proof { margin: 1rem 0; }
.wrap td:first-child { white-space: normal; min-width: 10rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .85rem; }
.legend i { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em; }
math { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", "DejaVu Math TeX Gyre", math; }
math[display="block"] { margin: .5rem 0; }
.bar { display: grid; grid-template-columns: 5.2em 1fr 2.6em; gap: 4px; align-items: center; font-size: .8rem; }
.bar span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar span:last-child { text-align: right; }
.bar i { display: block; height: 8px; background: var(--line); border-radius: 4px; overflow: hidden; }
.bar b { display: block; height: 100%; background: var(--series-1); }
)css";

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string page(std::string_view title, std::string_view body) {
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<link rel=\"icon\" href=\"data:,\">\n";  // else browsers ask the server for one
  out += "<title>" + escape(title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n";
  out += "<h1>" + escape(title) + "</h1>\n";
  out += body;
  return out + "</body>\n</html>\n";
}

std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
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

std::string series_color(std::size_t i) { return text("var(--series-", i % 8 + 1, ", currentColor)"); }

std::string svg_text(double x, double y, std::string_view anchor, std::string_view words) {
  return text("<text x=\"", x, "\" y=\"", y, "\" text-anchor=\"", anchor, "\">", escape(words), "</text>\n");
}

std::string png_address(std::string_view bytes) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "data:image/png;base64,";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view three = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < three.size() ? static_cast<std::uint8_t>(three[k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += k <= three.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

}  // namespace voronet::html
