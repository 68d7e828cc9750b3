#include <voronet/apps/experiment/cell.h>
#include <voronet/apps/train/train_run.h>
#include <voronet/data/datasets.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>

namespace voronet {
namespace {

// Runs `what`; the line is added to its errors.
void at_line(const Experiment& experiment, Index line, const std::function<void()>& what) {
  try {
    what();
  } catch (const Error& error) {
    throw experiment.error_at(line, error.what());
  }
}

void require_attack(const Experiment& experiment, const Cell& cell, const PlannedAttack& attack,
                    const data::Dataset& set, Classifier& network, const AttackedModel& model) {
  const auto line = [&](const char* key) {
    const auto found = attack.told.options.find(key);
    return found == attack.told.options.end() ? attack.told.line : found->second.line;
  };
  const CellAttack told(cell, attack);
  const AttackOptions& options = told.options();
  const std::string method = options.methods->chosen(set.images.channels).front();
  const AttackAll all = options.which();
  if (all.images > set.size() || all.start > set.size() - all.images)
    throw experiment.error_at(line(options.range ? "range" : "images"), attack.name, " asks for ", all.images,
                              " images from ", all.start, " on, and ", cell.data.value, " has ", set.size());
  if (for_gray_images_only(method) && set.images.channels != 1)
    throw experiment.error_at(line("method"), method, " is for gray images, and those of ", cell.data.value,
                              " have ", set.images.channels, " channels");
  at_line(experiment, line("method"), [&] { options.methods->make(method, {&network, model, {}, {}, {}}); });
}

// A network that is given is attacked on what its attacks name, mostly tests alone.
data::Splits images_of(const Cell& cell) {
  const bool trains = std::ranges::any_of(cell.attacks, [&](const PlannedAttack& attack) {
    return CellAttack(cell, attack).options().split == "train";
  });
  if (!cell.given || trains) return data::load_both(cell.data.value);
  return {.train = {}, .test = data::load(cell.data.value, data::Split::test)};
}

void require_cell(const Experiment& experiment, const Cell& cell) {
  data::Splits both;
  at_line(experiment, cell.data.line, [&] { both = images_of(cell); });
  std::optional<Classifier> network;
  at_line(experiment, cell.recipe.line, [&] {
    network.emplace(cell.given ? load(*cell.given, both.test)
                               : untrained_network(train_options(cell).given, both.train));
  });
  if (cell.attacks.empty()) return;
  at_line(experiment, cell.attacks.front().told.line, [&] { require_images(both.test); });
  network->eval();
  const AttackedModel model(*network);
  for (const PlannedAttack& attack : cell.attacks)
    require_attack(experiment, cell, attack,
                   CellAttack(cell, attack).options().split == "train" ? both.train : both.test, *network,
                   model);
}

}  // namespace

void require_possible(const Experiment& experiment) {
  std::set<std::array<std::string, 3>> checked;  // what differs by its seed alone is possible alike
  for (const Cell& cell : experiment.cells)
    if (checked.insert({cell.data.value, cell.model.value, cell.recipe.value}).second)
      require_cell(experiment, cell);
}

}  // namespace voronet
