#include <voronet/apps/cli/errors.h>
#include <voronet/apps/experiment/cell.h>
#include <voronet/apps/prove/page.h>
#include <voronet/apps/text/machine.h>
#include <voronet/apps/train/evaluation_json.h>
#include <voronet/core/file.h>
#include <voronet/core/folder_lock.h>
#include <voronet/core/version.h>
#include <voronet/data/content_md5.h>
#include <voronet/data/datasets.h>

#include <algorithm>

namespace voronet {
namespace {

namespace fs = std::filesystem;

// The steps of a cell by their names, and the options of each.
constexpr const char* training = "train";
constexpr const char* evaluating = "eval";  // of a network that is given
constexpr const char* proving = "prove";
using Steps = std::map<std::string, Settings>;

Steps steps_of(const Cell& cell) {
  Steps steps = {{cell.given ? evaluating : training, cell.train.settings()}};
  for (const PlannedAttack& attack : cell.attacks) steps[attack.name] = attack.told.settings();
  if (cell.prove) steps[proving] = cell.prove->settings();
  return steps;
}

// cell.json: the options of each step that was begun, and of each that is done.
// And who did them last; version 0.1 did not say which program it was.
struct CellRecord {
  Steps begun, done;
  std::string machine;
  std::optional<std::string> program;
};

void to_json(Json& json, const CellRecord& record) {
  put(json, "begun", record.begun, "done", record.done, "machine", record.machine, "program", record.program);
}

void from_json(const Json& json, CellRecord& record) {
  read(json, "begun", record.begun, "done", record.done, "machine", record.machine, "program",
       record.program);
}

CellRecord read_record(const fs::path& file) {
  if (!fs::exists(file)) return {};
  try {
    return Json::parse(read_file(file)).get<CellRecord>();
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(file.string(), ": not the record of a cell: ", error.what()));
  }
}

std::string value_in(const Settings& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? "not set" : found->second;
}

// The first option that differs, apart from which images are attacked; "" if none.
std::string difference(const std::string& step, const Settings& before, const Settings& now) {
  Settings all = before;
  all.insert(now.begin(), now.end());
  const bool attack = step != training && step != evaluating && step != proving;
  for (const auto& [key, value] : all)
    if (value_in(before, key) != value_in(now, key) && !(attack && (key == "images" || key == "range")))
      return key;
  return "";
}

class CellRun {
 public:
  CellRun(const Cell& cell, const fs::path& out, Screen screen)
      : cell_(cell),
        folder_(cell_folder(cell, out)),
        screen_(screen),
        lock_(folder_.path),
        record_(read_record(folder_.record())) {}

  void run() {
    const Steps steps = steps_of(cell_);
    if (cell_.given)
      do_step(evaluating, steps, [&] { evaluate_given(); });
    else
      do_step(training, steps, [&] { train_and_evaluate(); });
    for (const PlannedAttack& attack : cell_.attacks)
      do_step(attack.name, steps, [&] { attack_with(attack); });
    if (cell_.prove) do_step(proving, steps, [&] { prove(); });
  }

 private:
  template <class Step>
  void do_step(const std::string& name, const Steps& steps, const Step& step) {
    const Settings& options = steps.at(name);
    if (record_.done.contains(name) && record_.done.at(name) == options) return;
    require_not_interrupted("interrupted");
    record_.begun[name] = options;
    record_.done.erase(name);
    record_.machine = machine();
    record_.program = program();
    write_file(folder_.record(), json_text(record_, 2) + '\n');
    step();
    record_.done[name] = options;
    write_file(folder_.record(), json_text(record_, 2) + '\n');
  }

  void train_and_evaluate() {
    TrainOptions options = train_options(cell_);
    options.out = folder_.path.string();
    options.resume = true;
    const TrainResult result = train(options, screen_);
    Json json = evaluation_json(result.on_tests, result.test_md5);
    json["train_md5"] = result.train_md5;
    keep(result.on_tests, json);
  }

  void evaluate_given() {
    const data::Dataset tests = images("test");
    Classifier network = load(checkpoint(), tests);
    Progress progress(screen_, "eval", tests.unit(), tests.size());
    const Evaluation result = evaluate(network, tests, [&](Index done) { progress.update(done); });
    keep(result, evaluation_json(result, data::content_md5(tests)));
  }

  void keep(const Evaluation& result, const Json& json) const {
    write_file(folder_.predictions(), to_text(predictions_csv(result)));
    write_file(folder_.evaluation(), json_text(json) + '\n');
  }

  void attack_with(const PlannedAttack& planned) {
    const CellAttack attack(cell_, planned);
    AttackSeries series;
    attack_network(attack.options(), checkpoint(), images(attack.options().split), folder_.attack(planned),
                   screen_, series);
  }

  void prove() {
    CLI::App command;
    ProveOptions options;
    add_prove_options(command, options);
    command.parse(arguments(*cell_.prove));
    const data::Dataset tests = images("test");
    ProvenNetworks networks;
    networks.push_back(load_provable(checkpoint(), tests));
    ProvenNetwork& network = networks.front();
    network.name = cell_.recipe.value;
    prove_network(network, tests, options, screen_);
    const CheckGroups checks = {{network.name, network.checks}};
    write_file(folder_.proof(), json_text(prove_json(checks, networks, tests), 2) + '\n');
  }

  CheckpointOptions checkpoint() const {
    return cell_.given.value_or(CheckpointOptions{folder_.path.string(), {}});
  }

  data::Dataset images(const std::string& split) const {
    return data::load(cell_.data.value, data::split_named(split));
  }

  const Cell& cell_;
  CellFolder folder_;
  Screen screen_;
  FolderLock lock_;
  CellRecord record_;
};

}  // namespace

CellFolder cell_folder(const Cell& cell, const fs::path& out) { return {out / cell.name()}; }

TrainOptions train_options(const Cell& cell) {
  CLI::App command;
  TrainOptions options;
  add_train_settings(command, options.given);
  std::vector<std::string> words = arguments(cell.train);
  for (const auto& [option, value] : {std::pair("--data=", cell.data.value),
                                      {"--model=", cell.model.value},
                                      {"--recipe=", cell.recipe.value},
                                      {"--seed=", text(cell.seed)}})
    words.push_back(option + value);
  command.parse(words);
  return options;
}

CellAttack::CellAttack(const Cell& cell, const PlannedAttack& attack) {
  add_attack_options(command_, options_);
  command_.parse(arguments(attack.told));
  options_.data = cell.data.value;
  options_.resume = true;
}

void require_unchanged(const Experiment& experiment, const Cell& cell, const fs::path& out) {
  const fs::path folder = cell_folder(cell, out).path;
  const CellRecord record = read_record(cell_folder(cell, out).record());
  for (const auto& [step, options] : steps_of(cell)) {
    const auto begun = record.begun.find(step);
    if (begun == record.begun.end()) continue;
    const std::string key = difference(step, begun->second, options);
    require(key.empty(), experiment.name, ": ", folder.string(), " was made with ", step, ' ', key, ' ',
            value_in(begun->second, key), ", and the file now says ", value_in(options, key),
            ": take another --out, or remove that folder to make it anew");
  }
}

bool is_finished(const Cell& cell, const fs::path& out) {
  return std::ranges::includes(read_record(cell_folder(cell, out).record()).done, steps_of(cell));
}

void run_cell(const Cell& cell, const fs::path& out, Screen screen) { CellRun(cell, out, screen).run(); }

}  // namespace voronet
