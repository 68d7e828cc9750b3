#include <voronet/apps/cli/toml_reader.h>

namespace voronet {
namespace {

// Rounded as messages are where that says the same: 0.0005, not 5e-04.
std::string shortest(double value) {
  const std::string rounded = text(value);
  return parse_number<double>(rounded) == value ? rounded : exact(value);
}

}  // namespace

toml::table TomlReader::parse(const std::string& text) const {
  try {
    return toml::parse(text, name_);
  } catch (const toml::parse_error& error) {
    refuse(error.source().begin.line, error.description());
  }
}

const toml::table& TomlReader::table_at(const toml::node& node, const std::string& name) const {
  if (!node.is_table()) refuse(line_of(node), name, " must be a table");
  return *node.as_table();
}

Located TomlReader::word(const toml::node& node, const std::string& key) const {
  Located word{"", line_of(node)};
  if (node.is_string())
    word.value = node.as_string()->get();
  else if (node.is_integer())
    word.value = text(node.as_integer()->get());
  else if (node.is_floating_point())
    word.value = shortest(node.as_floating_point()->get());
  else if (node.is_boolean())
    word.value = node.as_boolean()->get() ? "true" : "false";
  else
    refuse(word.line, key, " must be a string, a number, true or false");
  return word;
}

Located TomlReader::option(const toml::key& key, const toml::node& node, const std::string& where,
                           CLI::App& command) const {
  const std::string name(key.str());
  const CLI::Option* named = command.get_option_no_throw("--" + name);
  const CLI::Option* option = named == nullptr ? command.get_option_no_throw(name) : named;
  if (option == nullptr || !option->get_configurable())
    refuse(line_of(key), "unknown key ", name, ' ', where);
  const Located value{word(node, name).value, line_of(key)};
  try {
    command.parse(std::vector{named == nullptr ? value.value : "--" + name + "=" + value.value});
  } catch (const CLI::ParseError& error) {
    refuse(value.line, error.what());
  }
  return value;
}

}  // namespace voronet
