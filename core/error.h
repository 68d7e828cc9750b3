// Errors: one exception type for the whole library, with messages that name the operator, the shapes and a
// hint.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace voronet {

// What every function of the library throws on bad input: wrong shapes, bad files, values out of range.
// what() is one line that reads well after "voronet: ".
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The parts, printed one after another: text("conv2d: input ", shape, " has ", 3, " channels").
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
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

// Throws Error(text(parts...)) unless the condition holds. The parts are printed only on failure,
// so checks are cheap and always on.
template <class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) [[unlikely]]
    throw Error(text(parts...));
}

}  // namespace voronet
