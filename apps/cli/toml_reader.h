// Reading TOML files whose keys are options of commands: `voronet --config`, and experiments.
#pragma once

#include <voronet/apps/cli/option_table.h>

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <toml++/toml.h>

namespace voronet {

inline Index line_of(const toml::node& node) { return node.source().begin.line; }
inline Index line_of(const toml::key& key) { return key.source().begin.line; }

// All that it refuses, it refuses with Error "NAME:LINE: ...".
class TomlReader {
 public:
  explicit TomlReader(std::string name) : name_(std::move(name)) {}  // of the file

  template <class... Parts>
  [[noreturn]] void refuse(Index line, const Parts&... parts) const {
    throw Error(text(name_, ':', line, ": ", parts...));
  }

  toml::table parse(const std::string& text) const;
  const toml::table& table_at(const toml::node& node, const std::string& name) const;
  // A value as the command line would have it.
  Located word(const toml::node& node, const std::string& key) const;
  // An option's value, which the command checks; `where` ends "unknown key KEY ...".
  Located option(const toml::key& key, const toml::node& node, const std::string& where,
                 CLI::App& command) const;

 private:
  std::string name_;
};

}  // namespace voronet
