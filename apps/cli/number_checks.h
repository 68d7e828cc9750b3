// Checks of numbers on the command line, which say in words what they want.
#pragma once

#include <voronet/core/text.h>

#include <cmath>

#include <CLI/CLI.hpp>

namespace voronet {

inline const CLI::Validator positive_number(
    [](const std::string& word) {
      const auto number = parse_number<double>(word);
      const bool good = number && std::isfinite(*number) && *number > 0;
      return good ? std::string() : "must be a number above 0, not " + word;
    },
    "POSITIVE");

inline const CLI::Validator non_negative_number(
    [](const std::string& word) {
      const auto number = parse_number<double>(word);
      const bool good = number && std::isfinite(*number) && *number >= 0;
      return good ? std::string() : "must be a number of 0 or above, not " + word;
    },
    "NONNEGATIVE");

}  // namespace voronet
