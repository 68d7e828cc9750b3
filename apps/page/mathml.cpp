#include <voronet/apps/page/html.h>
#include <voronet/apps/page/mathml.h>
#include <voronet/core/error.h>

#include <cctype>
#include <utility>

namespace voronet::mathml {
namespace {

std::string element(const char* name, const std::string& content) {
  return text('<', name, '>', content, "</", name, '>');
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// Reads the notation once from left to right; each function takes what it is named after and returns its
// element.
class Reader {
 public:
  explicit Reader(std::string_view notation) : notation_(notation) {}

  std::string all() {
    const std::string row = row_until('\0');
    require(rest_.empty(), "formula: ", notation_, ": ", rest_.front(), " without its partner");
    return row;
  }

 private:
  // Items up to the closing character, which is taken too; '\0': the end, or a closing one too many.
  std::string row_until(char closing) {
    std::string row;
    operand_before_ = false;
    for (skip_spaces(); !rest_.empty() && !is_closing(rest_.front()); skip_spaces()) row += with_scripts();
    if (closing != '\0') take(closing);
    operand_before_ = true;
    return element("mrow", row);
  }

  // An item with its index and power.
  std::string with_scripts() {
    const std::string base = item();
    std::string index, power;
    for (skip_spaces(); !rest_.empty() && (rest_.front() == '_' || rest_.front() == '^'); skip_spaces()) {
      std::string& script = rest_.front() == '_' ? index : power;
      take(rest_.front());
      skip_spaces();
      const bool before = operand_before_;
      script = item();
      operand_before_ = before;
    }
    if (!index.empty() && !power.empty()) return element("msubsup", base + index + power);
    if (!index.empty()) return element("msub", base + index);
    if (!power.empty()) return element("msup", base + power);
    return base;
  }

  std::string item() {
    require(!rest_.empty() && rest_.front() != '_' && rest_.front() != '^', "formula: ", notation_,
            ": an index or power of nothing");
    const char c = rest_.front();
    if (is_letter(c)) return name();
    if (is_digit(c)) return operand("mn", while_true([](char d) { return is_digit(d) || d == '.'; }));
    if (c == '{') return group();
    if (c == '(') return fenced('(', ')');
    if (c == '[') return fenced('[', ']');
    if (c == '"') return words();
    return symbol();
  }

  std::string name() {
    const std::string letters = while_true(is_letter);
    if (letters == "frac") {
      const std::string above = group();
      return element("mfrac", above + group());
    }
    if (letters == "sqrt") return element("msqrt", group());
    if (letters == "norm") return between("‖", group(), "‖");
    if (letters == "abs") return between("|", group(), "|");
    return operand("mi", letters);
  }

  std::string group() {
    take('{');
    return row_until('}');
  }

  std::string fenced(char opening, char closing) {
    take(opening);
    const std::string inner = row_until(closing);
    return between(std::string(1, opening), inner, std::string(1, closing));
  }

  std::string words() {
    take('"');
    const std::string quoted = while_true([](char c) { return c != '"'; });
    take('"');
    operand_before_ = false;
    return element("mtext", "&nbsp;" + html::escape(quoted) + "&nbsp;");
  }

  // One character of UTF-8: a Greek letter is a variable, any other an operator.
  std::string symbol() {
    const bool greek = rest_.front() == '\xce' || rest_.front() == '\xcf';
    std::string bytes = while_true([first = true](char c) mutable {
      const bool continues = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
      return std::exchange(first, false) || continues;
    });
    if (greek) return operand("mi", bytes);
    const bool sign = bytes == "-" && !operand_before_;  // of what follows, without the space of a minus
    operand_before_ = bytes == "'" || bytes == "!" || bytes == "∞";
    if (bytes == "-") bytes = "−";
    if (bytes == "'") bytes = "′";
    return text(sign ? "<mo form=\"prefix\">" : "<mo>", html::escape(bytes), "</mo>");
  }

  static std::string between(const std::string& left, const std::string& inner, const std::string& right) {
    return element("mrow", "<mo form=\"prefix\" stretchy=\"true\">" + left + "</mo>" + inner +
                               "<mo form=\"postfix\" stretchy=\"true\">" + right + "</mo>");
  }

  std::string operand(const char* name, const std::string& content) {
    operand_before_ = true;
    return element(name, content);
  }

  template <class Belongs>
  std::string while_true(Belongs belongs) {
    std::size_t size = 0;
    while (size < rest_.size() && belongs(rest_[size])) ++size;
    const std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return taken;
  }

  void take(char expected) {
    require(!rest_.empty() && rest_.front() == expected, "formula: ", notation_, ": ", expected,
            " is missing");
    rest_.remove_prefix(1);
  }

  void skip_spaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  static bool is_closing(char c) { return c == '}' || c == ')' || c == ']'; }

  std::string_view notation_, rest_ = notation_;
  bool operand_before_ = false;  // whether a minus would subtract
};

}  // namespace

std::string formula(std::string_view notation) { return element("math", Reader(notation).all()); }

std::string display(std::string_view notation) {
  return "<div class=\"scroll\"><math display=\"block\">" + Reader(notation).all() + "</math></div>\n";
}

}  // namespace voronet::mathml
