// Options as a file gives them.
#pragma once

#include <voronet/core/shape.h>
#include <voronet/layers/classifier_config.h>

#include <map>
#include <string>

namespace voronet {

// A word of a file, and where it stands.
struct Located {
  std::string value;
  Index line = 0;
};

// Options by their names on the command line, without the dashes.
struct OptionTable {
  std::map<std::string, Located> options = {};
  Index line = 0;  // of the table

  Settings settings() const {
    Settings values;
    for (const auto& [key, word] : options) values[key] = word.value;
    return values;
  }
};

}  // namespace voronet
