// Searching the library's own sources, for tests that demand something of every operator or layer.
#pragma once

#include <voronet/core/file.h>

#include <filesystem>
#include <map>
#include <regex>
#include <string>

namespace voronet::test {

// What the first group of the pattern matches in the .h and .cpp files of all library folders, each with a
// file where it stands.
inline std::map<std::string, std::string> find_in_sources(const std::string& pattern) {
  namespace fs = std::filesystem;
  const std::regex expression(pattern);
  std::map<std::string, std::string> found;
  for (const char* folder : {"core", "layers", "optim", "data", "attacks"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(VORONET_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
      const std::string source = read_file(entry.path());
      for (auto match = std::sregex_iterator(source.begin(), source.end(), expression);
           match != std::sregex_iterator(); ++match)
        found.emplace((*match)[1], entry.path().string());
    }
  }
  return found;
}

}  // namespace voronet::test
