#include <voronet/apps/cli/config_file.h>
#include <voronet/apps/cli/toml_reader.h>

#include <iterator>
#include <sstream>

namespace voronet {
namespace {

using Items = std::vector<CLI::ConfigItem>;

// One value, or several in an array.
void read_option(const TomlReader& reader, const toml::key& key, const toml::node& node, CLI::App& command,
                 const std::string& section, Items& items) {
  const std::string where = section.empty() ? "outside a section" : "in [" + section + "]";
  CLI::ConfigItem item;
  if (!section.empty()) item.parents = {section};
  item.name = key.str();
  if (const toml::array* array = node.as_array())
    for (const toml::node& each : *array)
      item.inputs.push_back(reader.option(key, each, where, command).value);
  else
    item.inputs.push_back(reader.option(key, node, where, command).value);
  items.push_back(item);
}

// So that one option alone can be tried.
void take_apart(CLI::App& program) {
  for (CLI::App* command : program.get_subcommands({})) {
    command->callback({});
    for (CLI::Option* option : command->get_options()) option->required(false);
  }
}

CLI::App* command_called(const std::string& name, CLI::App& program) {
  for (CLI::App* command : program.get_subcommands({}))
    if (command->get_name() == name) return command;
  return nullptr;
}

Items read(const TomlReader& reader, const std::string& text, CLI::App& program) {
  Items items;
  for (const auto& [key, node] : reader.parse(text)) {
    const std::string section(key.str());
    CLI::App* command = command_called(section, program);
    if (command == nullptr && node.is_table())
      reader.refuse(line_of(key), "no subcommand is called ", section);
    if (command == nullptr)
      read_option(reader, key, node, program, "", items);
    else
      for (const auto& [option, value] : reader.table_at(node, section))
        read_option(reader, option, value, *command, section, items);
  }
  return items;
}

}  // namespace

Items ConfigFile::from_config(std::istream& file) const {
  CLI::App likeness;
  add_(likeness);
  take_apart(likeness);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  try {
    return read(TomlReader(program_.get_config_ptr()->results().back()), text, likeness);
  } catch (const Error& error) {
    throw CLI::ConfigError(error.what());
  }
}

std::string to_toml(const std::string& section, const Settings& options) {
  toml::table table;
  for (const auto& [option, value] : options) table.insert_or_assign(option, value);
  std::ostringstream out;
  out << toml::toml_formatter{toml::table{{section, table}}, toml::format_flags::allow_unicode_strings}
      << '\n';
  return out.str();
}

}  // namespace voronet
