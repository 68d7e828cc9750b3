#include <voronet/apps/experiment/results.h>
#include <voronet/core/file.h>

#include <algorithm>
#include <numeric>

namespace voronet {
namespace {

namespace fs = std::filesystem;

Json read_json(const fs::path& file) {
  try {
    return Json::parse(read_file(file));
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(file.string(), ": damaged: ", error.what()));
  }
}

CellResult read_result(const Cell& cell, const fs::path& out) {
  const CellFolder folder = cell_folder(cell, out);
  CellResult result;
  result.cell = cell;
  result.folder = cell.name();
  result.metrics = read_csv(RunFolder{folder.path}.metrics());
  const Json evaluation = read_json(folder.evaluation());
  evaluation.at("correct").get_to(result.correct);
  evaluation.at("total").get_to(result.total);
  read_json(folder.record()).at("machine").get_to(result.machine);
  const auto seconds = result.metrics.numbers("seconds");
  result.seconds = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  for (const PlannedAttack& attack : cell.attacks) {
    AttackRecord record = read_attack_record(folder.attack(attack) / "attack.json");
    result.seconds += record.run.seconds;
    result.attacks.emplace(attack.name, std::move(record));
  }
  if (cell.prove) result.proof = read_json(folder.proof());
  return result;
}

bool proves(const AttackRecord& record) {
  return !record.run.rows.empty() && record.run.rows.front().proof.has_value();
}

// Whether bounds and no real flip decide the row, or a search.
bool succeeded(const AttackRow& row, Measure::Kind kind) {
  switch (kind) {
    case Measure::flips:
      return row.flip();
    case Measure::confident_flips:
      return row.confident_flip();
    case Measure::certified:
      return row.proof && row.proof->certified;
    case Measure::certified_confident:
      return row.proof && row.proof->certified_confident;
    default:
      return false;
  }
}

bool for_confident(Measure::Kind kind) {
  return kind == Measure::confident_flips || kind == Measure::certified_confident;
}

bool same_place(const Group& group, const CellResult& result) {
  return group.data == result.cell.data_name() && group.model == result.cell.model.value &&
         group.recipe == result.cell.recipe.value;
}

const CellResult* of_seed(const Group& group, std::uint64_t seed) {
  for (const CellResult* cell : group.cells)
    if (cell->cell.seed == seed) return cell;
  return nullptr;
}

void count_images(const std::map<Index, bool>& group, const std::map<Index, bool>& baseline,
                  Difference::Images& images) {
  Index only_group = 0, only_baseline = 0;
  for (const auto& [index, success] : group) {
    const auto other = baseline.find(index);
    if (other == baseline.end()) continue;
    only_group += success && !other->second;
    only_baseline += !success && other->second;
  }
  images.only_group += only_group;
  images.only_baseline += only_baseline;
  ++images.seeds;
  images.significant += mcnemar_exact(only_group, only_baseline) < 0.05;
}

}  // namespace

std::map<Index, bool> CellResult::successes(const Measure& measure) const {
  std::map<Index, bool> all;
  const auto attack = attacks.find(measure.attack);
  if (attack == attacks.end()) return all;
  for (const AttackRow& row : attack->second.run.rows)
    if (!for_confident(measure.kind) || confident_before(row, attack->second.tau))
      all[row.index] = succeeded(row, measure.kind);
  return all;
}

std::optional<SuccessRate> CellResult::share(const Measure& measure) const {
  if (measure.kind == Measure::accuracy) return success_rate(correct, total);
  const std::map<Index, bool> images = successes(measure);
  if (images.empty()) return {};
  const auto count =
      std::count_if(images.begin(), images.end(), [](const auto& each) { return each.second; });
  return success_rate(count, std::ssize(images));
}

CellResults read_results(const Experiment& experiment, const fs::path& out) {
  CellResults results;
  for (const Cell& cell : experiment.cells)
    if (is_finished(cell, out)) results.push_back(read_result(cell, out));
  return results;
}

std::vector<Measure> measures(const Experiment& experiment, const CellResults& results) {
  std::vector<Measure> all = {{"accuracy", "", Measure::accuracy}};
  for (const PlannedAttack& attack : experiment.attacks) {
    const auto made = std::find_if(results.begin(), results.end(), [&](const CellResult& result) {
      return result.attacks.contains(attack.name);
    });
    if (made == results.end()) continue;
    const std::string& name = attack.name;
    const AttackRecord& record = made->attacks.at(name);
    if (proves(record)) {
      all.push_back({name + ": certified", name, Measure::certified});
      all.push_back({name + ": certified (confident)", name, Measure::certified_confident});
    } else {
      all.push_back({name + ": flips", name, Measure::flips});
      all.push_back({name + ": confident flips", name, Measure::confident_flips});
    }
  }
  return all;
}

std::vector<Group> groups(const CellResults& results) {
  std::vector<Group> all;
  for (const CellResult& result : results) {
    auto group =
        std::find_if(all.begin(), all.end(), [&](const Group& each) { return same_place(each, result); });
    if (group == all.end()) {
      all.push_back(
          {result.cell.data_name(), result.cell.model.value, result.cell.recipe.value, result.cell.head, {}});
      group = all.end() - 1;
    }
    group->cells.push_back(&result);
  }
  return all;
}

std::optional<GroupShare> share(const Group& group, const Measure& measure) {
  GroupShare all;
  for (const CellResult* cell : group.cells) {
    const std::optional<SuccessRate> rate = cell->share(measure);
    if (!rate) continue;
    all.seeds.push_back(cell->cell.seed);
    all.values.push_back(static_cast<double>(rate->count) / static_cast<double>(rate->of));
    all.pooled.count += rate->count;
    all.pooled.of += rate->of;
  }
  if (all.values.empty()) return {};
  all.over_seeds = mean_over_seeds(all.values);
  all.pooled = success_rate(all.pooled.count, all.pooled.of);
  return all;
}

std::optional<Difference> difference(const Group& group, const Group& baseline, const Measure& measure) {
  const std::optional<GroupShare> of_group = share(group, measure), of_baseline = share(baseline, measure);
  if (!of_group || !of_baseline) return {};
  Difference all;
  Difference::Images images;
  for (std::size_t i = 0; i < of_group->seeds.size(); ++i) {
    const auto& seeds = of_baseline->seeds;
    const auto at = std::find(seeds.begin(), seeds.end(), of_group->seeds[i]);
    if (at == seeds.end()) continue;
    all.values.push_back(of_group->values[i] - of_baseline->values[at - seeds.begin()]);
    if (measure.kind != Measure::accuracy)
      count_images(of_seed(group, *at)->successes(measure), of_seed(baseline, *at)->successes(measure),
                   images);
  }
  if (all.values.empty()) return {};
  all.over_seeds = mean_over_seeds(all.values);
  all.p = paired_t_test(all.values);
  if (measure.kind != Measure::accuracy) all.images = images;
  return all;
}

}  // namespace voronet
