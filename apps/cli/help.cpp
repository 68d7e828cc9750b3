#include <voronet/apps/cli/help.h>

#include <sstream>

namespace voronet {

constexpr std::size_t columns = 80, name_columns = 34;

std::string wrapped(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  std::string out, line, word;
  while (std::getline(lines, line)) {
    if (!out.empty()) out += '\n';
    std::istringstream words(line);
    for (std::size_t used = 0; words >> word; used += word.size()) {
      if (used > 0 && used + 1 + word.size() > width) {
        out += '\n';
        used = 0;
      } else if (used > 0) {
        out += ' ';
        ++used;
      }
      out += word;
    }
  }
  return out;
}

WrappedHelp::WrappedHelp() { column_width(name_columns); }

std::string WrappedHelp::make_option_desc(const CLI::Option* option) const {
  return wrapped(option->get_description(), columns - name_columns);
}

std::string WrappedHelp::make_subcommand(const CLI::App* command) const {
  std::ostringstream out;
  CLI::detail::format_help(out, command->get_name(),
                           wrapped(command->get_description(), columns - name_columns), name_columns);
  return out.str();
}

std::string WrappedHelp::make_description(const CLI::App* app) const {
  return wrapped(app->get_description(), columns) + '\n';
}

}  // namespace voronet
