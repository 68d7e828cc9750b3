// The file of `voronet --config`: a subcommand's options in [SUBCOMMAND], the program's before all sections.
#pragma once

#include <voronet/layers/classifier_config.h>

#include <functional>

#include <CLI/CLI.hpp>

namespace voronet {

// Reads it for CLI11, by TOML's rules. What is no TOML, no section or option of the program, or no value of
// the option is refused with file and line.
class ConfigFile : public CLI::Config {
 public:
  // `program` has the option --config and must outlive this; `add` adds the options and subcommands of the
  // same program to another, on which values are tried.
  ConfigFile(const CLI::App& program, std::function<void(CLI::App& program)> add)
      : program_(program), add_(std::move(add)) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& file) const override;
  std::string to_config(const CLI::App*, bool, bool, std::string) const override { return {}; }  // unused

 private:
  const CLI::App& program_;
  std::function<void(CLI::App&)> add_;
};

// A section as it reads it back, whatever the values are, as long as they are UTF-8.
std::string to_toml(const std::string& section, const Settings& options);

}  // namespace voronet
