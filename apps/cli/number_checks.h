// Checks of numbers on the command line, which say in words what they want.
#pragma once

#include <voronet/core/text.h>

#include <limits>
#include <type_traits>

#include <CLI/CLI.hpp>

namespace voronet {

// A number of this type from `least` to `most`, written as parse_number reads it: no hexadecimal digits,
// nothing around it, neither infinite nor NaN.
template <class Number>
CLI::Validator number_from(Number least, Number most = std::numeric_limits<Number>::max()) {
  const auto check = [=](const std::string& word) {
    const auto number = parse_number<Number>(word);
    const bool whole = std::is_integral_v<Number>;
    // CLI11 takes 010 for 8.
    const bool good = number && *number >= least && *number <= most && (!whole || word == text(*number));
    if (good) return std::string();
    return text("must be a ", whole ? "whole number" : "number", " from ", least,
                most == std::numeric_limits<Number>::max() ? " on" : text(" to ", most), ", not ", word);
  };
  return {check, ""};
}

// The same of a double above 0, at most `most`.
inline CLI::Validator positive_number(double most = std::numeric_limits<double>::max()) {
  const auto check = [=](const std::string& word) {
    const auto number = parse_number<double>(word);
    if (number && *number > 0 && *number <= most) return std::string();
    return text("must be a number above 0",
                most == std::numeric_limits<double>::max() ? "" : text(" and at most ", most), ", not ",
                word);
  };
  return {check, ""};
}

}  // namespace voronet
