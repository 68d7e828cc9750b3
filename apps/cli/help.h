// What --help prints, in lines that a terminal of 80 columns shows whole.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace voronet {

// The text broken at spaces into lines of at most `width` characters, where words allow; own breaks stay.
std::string wrapped(const std::string& text, std::size_t width);

// CLI11's help, with all descriptions wrapped, those of options and subcommands beside their names.
class WrappedHelp : public CLI::Formatter {
 public:
  WrappedHelp();
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_description(const CLI::App* app) const override;
};

}  // namespace voronet
