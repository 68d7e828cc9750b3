#include <voronet/apps/attack/attack_network.h>
#include <voronet/apps/cli/toml_reader.h>
#include <voronet/apps/experiment/file.h>
#include <voronet/apps/prove/proven_network.h>
#include <voronet/apps/text/embedded.h>
#include <voronet/apps/train/train_run.h>
#include <voronet/core/file.h>
#include <voronet/data/md5.h>
#include <voronet/optim/training/recipe.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace voronet {
namespace {

struct Grid {
  std::vector<Located> data, models, recipes;
  std::vector<std::uint64_t> seeds;
};

struct GivenGrid {
  std::vector<Located> data, checkpoints;
  OptionTable network;  // what the checkpoints do not say
};

class Reader : TomlReader {
 public:
  Reader(const std::string& name, const std::string& text) : TomlReader(name) {
    experiment_.name = name, experiment_.text = text;
  }

  Experiment read() {
    const toml::table file = parse(experiment_.text);
    require_keys(file, {"about", "grid", "train", "model", "recipe", "attack", "prove"}, "the file");
    if (const toml::node* about = file.get("about")) experiment_.about = word(*about, "about").value;
    read_grids(file);
    if (const toml::node* train = file.get("train"))
      train_ = train_options(table_at(*train, "train"), "train");
    for (const char* kind : {"model", "recipe"}) read_named(file, kind);
    read_attacks(file);
    read_prove(file);
    make_cells();
    return experiment_;
  }

 private:
  void require_keys(const toml::table& table, const std::vector<std::string>& known,
                    const std::string& where) const {
    for (const auto& [key, value] : table)
      if (std::ranges::find(known, key.str()) == known.end())
        refuse(line_of(key), "unknown key ", key.str(), "; ", where, " has ", listed(known));
  }

  // One value, or several in an array, each once.
  std::vector<Located> words(const toml::table& table, const std::string& key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) refuse(line_of(table), "there is no ", key, " here");
    std::vector<Located> words;
    if (const toml::array* array = node->as_array())
      for (const toml::node& each : *array) words.push_back(word(each, key));
    else
      words.push_back(word(*node, key));
    if (words.empty()) refuse(line_of(*node), key, " names nothing");
    std::set<std::string> once;
    for (const Located& each : words)
      if (!once.insert(each.value).second) refuse(each.line, key, " names ", each.value, " twice");
    return words;
  }

  void require_known(const std::vector<Located>& words, const std::vector<std::string>& known,
                     const std::string& what) const {
    for (const Located& word : words)
      if (std::ranges::find(known, word.value) == known.end())
        refuse(word.line, "no ", what, " is called ", word.value, "; there are ", listed(known));
  }

  void read_grids(const toml::table& file) {
    const toml::node* node = file.get("grid");
    if (node == nullptr) refuse(1, "there is no [grid]");
    if (const toml::array* array = node->as_array())
      for (const toml::node& each : *array) read_grid(table_at(each, "grid"));
    else
      read_grid(table_at(*node, "grid"));
  }

  void read_given(const toml::table& table) {
    CLI::App command;
    CheckpointOptions network;
    add_checkpoint_options(command, network);
    given_.push_back(
        {words(table, "data"), words(table, "checkpoint"),
         options_of(table, "[grid] of networks that are given", command, {"data", "checkpoint"})});
  }

  void read_grid(const toml::table& table) {
    if (table.contains("checkpoint")) return read_given(table);
    require_keys(table, {"data", "model", "recipe", "seed"}, "[grid]");
    Grid grid{words(table, "data"), words(table, "model"), words(table, "recipe"), {}};
    require_known(grid.models, models(), "model");
    require_known(grid.recipes, recipe_names(), "recipe");
    for (const Located& seed : words(table, "seed")) {
      const auto number = parse_number<std::uint64_t>(seed.value);
      if (!number) refuse(seed.line, "seed ", seed.value, " is not a whole number from 0 on");
      grid.seeds.push_back(*number);
    }
    for (const Located& model : grid.models) named_["model." + model.value];
    for (const Located& recipe : grid.recipes) named_["recipe." + recipe.value];
    grids_.push_back(grid);
  }

  OptionTable options_of(const toml::table& table, const std::string& where, CLI::App& command,
                         const std::set<std::string>& others = {}) const {
    command.set_help_flag();  // which is an option too
    OptionTable told{{}, line_of(table)};
    for (const auto& [key, node] : table)
      if (const std::string name(key.str()); !others.contains(name))
        told.options[name] = option(key, node, "in [" + where + "]", command);
    return told;
  }

  OptionTable train_options(const toml::table& table, const std::string& where) const {
    CLI::App command;
    Settings given;
    add_train_settings(command, given);
    for (const char* of_grid : {"--data", "--model", "--recipe", "--seed"})
      command.remove_option(command.get_option(of_grid));
    return options_of(table, where, command);
  }

  void read_prove(const toml::table& file) {
    if (!file.contains("prove")) return;
    CLI::App command;
    ProveOptions options;
    add_prove_options(command, options);
    prove_ = options_of(table_at(*file.get("prove"), "prove"), "prove", command);
  }

  // [model.NAME] or [recipe.NAME], of names that the grid has.
  void read_named(const toml::table& file, const std::string& kind) {
    if (!file.contains(kind)) return;
    for (const auto& [key, node] : table_at(*file.get(kind), kind)) {
      const std::string name = text(kind, '.', key.str());
      if (!named_.contains(name))
        refuse(line_of(key), "[", name, "]: the grid has no ", kind, " ", key.str());
      named_[name] = train_options(table_at(node, "[" + name + "]"), name);
    }
  }

  void read_attacks(const toml::table& file) {
    if (!file.contains("attack")) return;
    const toml::array* attacks = file.get("attack")->as_array();
    if (attacks == nullptr) refuse(line_of(*file.get("attack")), "attacks are written [[attack]]");
    for (const toml::node& node : *attacks) read_attack(table_at(node, "attack"));
  }

  void read_attack(const toml::table& table) {
    PlannedAttack attack;
    CLI::App command;
    AttackOptions options;
    add_attack_options(command, options);
    attack.told = options_of(table, "[attack]", command, {"name", "heads"});
    const Index line = attack.told.line;
    if (!attack.told.options.contains("method")) refuse(line, "[[attack]]: there is no method");
    const std::string& method = attack.told.options.at("method").value;
    if (method == "all" || method.find(',') != std::string::npos)
      refuse(attack.told.options.at("method").line, "one method an [[attack]], not ", method);
    if (table.contains("heads")) {
      const auto named = words(table, "heads");
      require_known(named, heads(), "head");
      for (const Located& head : named) attack.heads.push_back(head.value);
    }
    attack.name = table.contains("name") ? word(*table.get("name"), "name").value : method;
    require_name(attack.name, table.contains("name") ? line_of(*table.get("name")) : line);
    try {
      command.parse(arguments(attack.told));
      options.methods->require_heeded();
    } catch (
        const std::exception& error) {  // options that exclude each other are the command line's to refuse
      refuse(line, error.what());
    }
    experiment_.attacks.push_back(attack);
  }

  // Its folder lies among the files of a training run.
  void require_name(const std::string& name, Index line) const {
    const bool plain = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
    if (!plain) refuse(line, "an attack's name has letters, digits, - and _ only, not ", name);
    for (const PlannedAttack& other : experiment_.attacks)
      if (other.name == name) refuse(line, "two attacks are called ", name, "; give one a name of its own");
  }

  void train_cell(Cell cell) {
    cell.head = recipe(cell.recipe.value).head;
    cell.train = train_;
    for (const std::string& name : {"model." + cell.model.value, "recipe." + cell.recipe.value})
      for (const auto& [key, value] : named_.at(name).options) cell.train.options[key] = value;
    add_cell(cell);
  }

  void give_cell(const Located& data, const Located& checkpoint, const OptionTable& network) {
    Cell cell{.data = data,
              .model = {"given", checkpoint.line},
              .recipe = {name_of_network(checkpoint.value), checkpoint.line},
              .given = CheckpointOptions{checkpoint.value, network.settings()},
              .train = network};
    try {
      cell.head = load(*cell.given).config().head;
      cell.train.options["network_md5"] = {data::md5(read_file(checkpoint_file(*cell.given))),
                                           checkpoint.line};
    } catch (const Error& error) {
      refuse(checkpoint.line, error.what());
    }
    add_cell(cell);
  }

  void add_cell(Cell cell) {
    for (const PlannedAttack& attack : experiment_.attacks)
      if (attack.heads.empty() || std::ranges::find(attack.heads, cell.head) != attack.heads.end())
        cell.attacks.push_back(attack);
    cell.prove = prove_;
    for (const Cell& other : experiment_.cells)
      if (other.name() == cell.name()) refuse(cell.data.line, "two cells are called ", cell.name());
    experiment_.cells.push_back(cell);
  }

  void make_cells() {
    for (const Grid& grid : grids_)
      for (const std::uint64_t seed : grid.seeds)
        for (const Located& data : grid.data)
          for (const Located& model : grid.models)
            for (const Located& each : grid.recipes)
              train_cell({.data = data, .model = model, .recipe = each, .seed = seed});
    for (const GivenGrid& grid : given_)
      for (const Located& data : grid.data)
        for (const Located& checkpoint : grid.checkpoints) give_cell(data, checkpoint, grid.network);
  }

  Experiment experiment_;
  std::vector<Grid> grids_;
  std::vector<GivenGrid> given_;
  OptionTable train_;
  std::map<std::string, OptionTable> named_;  // "model.lenet", "recipe.softmax": of all that the grids name
  std::optional<OptionTable> prove_;
};

}  // namespace

std::string Cell::data_name() const { return last_name(data.value); }

std::string Cell::name() const {
  if (given) return data_name() + '-' + recipe.value;
  return text(data_name(), '-', model.value, '-', recipe.value, "-seed", seed);
}

Experiment parse_experiment(const std::string& name, const std::string& text) {
  return Reader(name, text).read();
}

const std::map<std::string, std::string>& ready_experiments() {
  static const auto all = [] {
    std::map<std::string, std::string> found;
    for (const auto& [file, text] : embedded_files())
      if (file.ends_with(".toml")) found[std::filesystem::path(file).stem()] = text;
    return found;
  }();
  return all;
}

std::vector<std::string> arguments(const OptionTable& table) {
  std::vector<std::string> all;
  for (const auto& [key, word] : table.options) all.push_back("--" + key + "=" + word.value);
  return all;
}

}  // namespace voronet
