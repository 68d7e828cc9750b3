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
  read(read_json(folder.evaluation()), "correct", result.correct, "total", result.total, "data_md5",
       result.data_md5, "train_md5", result.train_md5);
  read(read_json(folder.record()), "machine", result.machine, "program", result.program);
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

void require_same_data(const CellResult& first, const CellResult& other) {
  require(first.data_md5 == other.data_md5 && first.train_md5 == other.train_md5, first.folder, " and ",
          other.folder, " are of different data, both called ", first.cell.data.value,
          ": remove one of them");
}

bool proves(const AttackRecord& record) {
  return !record.run.rows.empty() && record.run.rows.front().proof.has_value();
}

// Whether bounds and no real flip decide the row, or a search.
bool succeeded(const AttackRow& row, Measure::Kind kind) {
  if (kind == Measure::flips) return row.flip();
  if (kind == Measure::confident_flips) return row.confident_flip();
  return row.proof && (kind == Measure::certified ? row.proof->certified : row.proof->certified_confident);
}

bool for_confident(Measure::Kind kind) {
  return kind == Measure::confident_flips || kind == Measure::certified_confident;
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
  const auto count = std::ranges::count_if(images, [](const auto& each) { return each.second; });
  return success_rate(count, std::ssize(images));
}

CellResults read_results(const Experiment& experiment, const fs::path& out) {
  CellResults results;
  for (const Cell& cell : experiment.cells)
    if (is_finished(cell, out)) results.push_back(read_result(cell, out));
  std::map<std::string, const CellResult*> first;
  for (const CellResult& result : results)
    if (result.data_md5)
      require_same_data(*first.emplace(result.cell.data.value, &result).first->second, result);
  return results;
}

std::vector<Measure> measures(const Experiment& experiment, const CellResults& results) {
  std::vector<Measure> all = {{"accuracy", "", Measure::accuracy}};
  for (const PlannedAttack& attack : experiment.attacks) {
    const auto made = std::ranges::find_if(
        results, [&](const CellResult& result) { return result.attacks.contains(attack.name); });
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
    const Cell& cell = result.cell;
    const Group its{cell.data_name(), cell.model.value, cell.recipe.value, cell.head, {}};
    auto group = std::ranges::find_if(
        all, [&](const Group& each) { return each.place() == its.place() && each.recipe == its.recipe; });
    if (group == all.end()) group = all.insert(group, its);
    group->cells.push_back(&result);
  }
  return all;
}

std::optional<GroupShare> share(const Group& group, const Measure& measure) {
  GroupShare all;
  for (const CellResult* cell : group.cells) {
    const std::optional<SuccessRate> rate = cell->share(measure);
    if (!rate) continue;
    all.values.push_back(rate->share());
    all.pooled.count += rate->count;
    all.pooled.of += rate->of;
  }
  if (all.values.empty()) return {};
  all.over_seeds = mean_over_seeds(all.values);
  all.pooled = success_rate(all.pooled.count, all.pooled.of);
  return all;
}

std::optional<Difference> difference(const Group& group, const Group& baseline, const Measure& measure) {
  Difference all;
  Difference::Images images;
  for (const CellResult* cell : group.cells) {
    const CellResult* other = of_seed(baseline, cell->cell.seed);
    const auto of_cell = cell->share(measure), of_other = other ? other->share(measure) : std::nullopt;
    if (!of_cell || !of_other) continue;
    all.values.push_back(of_cell->share() - of_other->share());
    count_images(cell->successes(measure), other->successes(measure), images);
  }
  if (all.values.empty()) return {};
  all.over_seeds = mean_over_seeds(all.values);
  all.p = paired_t_test(all.values);
  if (measure.kind != Measure::accuracy) all.images = images;
  return all;
}

}  // namespace voronet
