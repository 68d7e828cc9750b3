// Small text: building messages, and reading numbers back.
#pragma once

#include <charconv>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace voronet {

// The parts, printed one after another: text("conv2d: input ", shape, " has ", 3, " channels"). Numbers are
// written alike in every locale, also because files hold them.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  (out << ... << parts);
  return out.str();
}

// The shortest text that reads back as the same number: text() rounds.
inline std::string exact(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

// "a, b, c": for messages that say what there is.
template <class Names>
std::string listed(const Names& names) {
  std::string line;
  for (const auto& name : names) {
    if (!line.empty()) line += ", ";
    line += name;
  }
  return line;
}

// The number that the whole of `digits` is; nothing for any other text or a number out of range.
template <class Number>
std::optional<Number> parse_number(std::string_view digits) {
  Number number{};
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (status != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace voronet
