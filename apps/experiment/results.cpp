#include <voronet/apps/experiment/results.h>
#include <voronet/core/file.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace voronet {
namespace {

namespace fs = std::filesystem;

// Members of the object in the file, by their keys.
template <class... Members>
void read_members(const fs::path& file, Members&&... members) {
  try {
    read(Json::parse(read_file(file)), members...);
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(file.string(), ": damaged: ", error.what()));
  }
}

std::map<Index, bool> read_right(const fs::path& predictions) {
  const Csv table = read_csv(predictions);
  const auto index = table.numbers("index"), label = table.numbers("label"),
             predicted = table.numbers("predicted");
  std::map<Index, bool> right;
  for (std::size_t i = 0; i < index.size(); ++i)
    right[static_cast<Index>(index[i])] = predicted[i] == label[i];
  return right;
}

// Of the test images in an attack's range, those with a row.
void add_right(const AttackRecord& record, std::map<Index, bool>& right) {
  if (record.settings.at("split") != "test") return;
  for (Index i = record.run.range.first; i < record.run.range.last; ++i) right[i] = false;
  for (const AttackRow& row : record.run.rows) right[row.index] = true;
}

CellResult read_result(const Cell& cell, const fs::path& out) {
  const CellFolder folder = cell_folder(cell, out);
  CellResult result;
  result.cell = cell;
  result.folder = cell.name();
  if (!cell.given) result.metrics = read_csv(RunFolder{folder.path}.metrics());
  read_members(folder.evaluation(), "correct", result.correct, "total", result.total, "data_md5",
               result.data_md5, "train_md5", result.train_md5);
  read_members(folder.record(), "machine", result.machine, "program", result.program);
  const auto seconds = cell.given ? std::vector<double>() : result.metrics.numbers("seconds");
  result.seconds = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  for (const PlannedAttack& attack : cell.attacks) {
    AttackRecord record = read_attack_record(folder.attack(attack) / "attack.json");
    result.seconds += record.run.seconds;
    if (!fs::exists(folder.predictions())) add_right(record, result.right);
    result.attacks.emplace(attack.name, std::move(record));
  }
  if (fs::exists(folder.predictions())) result.right = read_right(folder.predictions());
  if (cell.prove) {
    auto& [passed, failed] = result.checks.emplace();
    read_members(folder.proof(), "passed", passed, "failed", failed);
  }
  return result;
}

void require_same_data(const CellResult& first, const CellResult& other) {
  const bool given = first.cell.given || other.cell.given;
  require(first.data_md5 == other.data_md5 && (given || first.train_md5 == other.train_md5), first.folder,
          " and ", other.folder, " are of different data, both called ", first.cell.data.value,
          ": remove one of them");
}

// Networks are compared on the same images.
void narrow_ranges(CellResults& results) {
  std::map<std::pair<std::string, std::string>, data::ImageRange> common;
  const auto of = [&](const CellResult& result, const std::string& attack) -> data::ImageRange& {
    return common[{result.cell.data.value, attack}];
  };
  for (const CellResult& result : results)
    for (const auto& [name, record] : result.attacks) of(result, name) = record.run.range;
  for (const CellResult& result : results)
    for (const auto& [name, record] : result.attacks) {
      auto& [first, last] = of(result, name);
      first = std::max(first, record.run.range.first);
      last = std::max(first, std::min(last, record.run.range.last));
    }
  for (CellResult& result : results)
    for (auto& [name, record] : result.attacks) record.run.range = of(result, name);
}

bool proves(const AttackRecord& record) {
  return !record.run.rows.empty() && record.run.rows.front().proof.has_value() &&
         record.settings.value("method", "") != "exhaustive";
}
// Flips are what it is for, or all there is; what proves alone has no goal.
bool searches(const AttackRecord& record) { return !proves(record) || record.settings.contains("goal"); }

bool succeeded(const AttackRow& row, Measure::Kind kind) {
  switch (kind) {
    case Measure::flips:
      return row.flip();
    case Measure::confident_flips:
      return row.confident_flip();
    case Measure::certified_confident:
      return row.proof && row.proof->certified_confident;
    case Measure::certified:
    case Measure::certified_accuracy:
      return row.proof && row.proof->certified;
    default:
      return !row.flip();
  }
}

bool for_confident(Measure::Kind kind) {
  return kind == Measure::confident_flips || kind == Measure::certified_confident;
}

bool of_range(Measure::Kind kind) {
  return kind == Measure::robust_accuracy || kind == Measure::certified_accuracy;
}

double confidence(const AttackRow* row) { return row->confidences_before.at(row->label); }

// The rows of the images that are not refused.
std::vector<const AttackRow*> answered(const std::vector<AttackRow>& rows, double refused) {
  std::vector<const AttackRow*> all;
  for (const AttackRow& row : rows) all.push_back(&row);
  std::ranges::stable_sort(all, {}, confidence);
  all.erase(all.begin(), all.begin() + std::lround(refused * static_cast<double>(all.size())));
  return all;
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
    ++images.common;
    only_group += success && !other->second;
    only_baseline += !success && other->second;
  }
  images.only_group += only_group;
  images.only_baseline += only_baseline;
  const double p = mcnemar_exact(only_group, only_baseline);
  images.significant += p < 0.05;
  images.largest_p = std::max(images.largest_p, p);
}

}  // namespace

std::map<Index, bool> CellResult::images(const Measure& measure) const {
  if (measure.kind == Measure::accuracy) return right;
  std::map<Index, bool> all;
  const auto attack = attacks.find(measure.attack);
  if (attack == attacks.end()) return all;
  const auto& [first, last] = attack->second.run.range;
  const bool fixed = of_range(measure.kind);
  for (Index i = first; fixed && i < last; ++i) all[i] = false;
  for (const AttackRow* row : answered(attack->second.run.rows, measure.refused))
    if (fixed ? all.contains(row->index)
              : !for_confident(measure.kind) || confident_before(*row, attack->second.tau))
      all[row->index] = succeeded(*row, measure.kind);
  return all;
}

std::optional<SuccessRate> CellResult::share(const Measure& measure) const {
  if (measure.kind == Measure::accuracy) return success_rate(correct, total);
  const std::map<Index, bool> all = images(measure);
  if (all.empty()) return {};
  const auto count = std::ranges::count_if(all, [](const auto& each) { return each.second; });
  return success_rate(count, std::ssize(all));
}

CellResults read_results(const Experiment& experiment, const fs::path& out) {
  CellResults results;
  for (const Cell& cell : experiment.cells)
    if (is_finished(cell, out)) results.push_back(read_result(cell, out));
  std::map<std::string, const CellResult*> first;
  for (const CellResult& result : results)
    if (result.data_md5)
      require_same_data(*first.emplace(result.cell.data.value, &result).first->second, result);
  narrow_ranges(results);
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
    if (searches(record)) {
      all.push_back({name + ": robust accuracy", name, Measure::robust_accuracy});
      all.push_back({name + ": flips", name, Measure::flips});
      all.push_back({name + ": confident flips", name, Measure::confident_flips});
      all.push_back({name + ": flips, 15 % refused", name, Measure::flips, 0.15});
    }
    if (proves(record)) {
      all.push_back({name + ": certified accuracy", name, Measure::certified_accuracy});
      all.push_back({name + ": certified", name, Measure::certified});
      all.push_back({name + ": certified (confident)", name, Measure::certified_confident});
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
  std::vector<double> shares;
  for (const CellResult* cell : group.cells) {
    const std::optional<SuccessRate> rate = cell->share(measure);
    if (!rate) continue;
    all.seeds.push_back(*rate);
    shares.push_back(rate->share());
  }
  if (shares.empty()) return {};
  const auto& [mean, student] = mean_over_seeds(shares);
  all.mean = mean;
  if (student)
    all.interval = {std::max(student->low, 0.0), std::min(student->high, 1.0)};
  else if (std::ranges::count(shares, shares.front()) == std::ssize(shares))
    all.interval = std::ranges::min_element(all.seeds, {}, &SuccessRate::of)->interval;
  return all;
}

std::optional<Difference> difference(const Group& group, const Group& baseline, const Measure& measure) {
  Difference all;
  std::vector<double> differences;
  for (const CellResult* cell : group.cells) {
    const CellResult* other = of_seed(baseline, cell->cell.seed);
    const auto of_cell = cell->share(measure), of_other = other ? other->share(measure) : std::nullopt;
    if (!of_cell || !of_other) continue;
    differences.push_back(difference(*of_cell, *of_other));
    count_images(cell->images(measure), other->images(measure), all.images);
  }
  if (differences.empty()) return {};
  all.over_seeds = mean_over_seeds(differences);
  all.seeds = differences.size();
  all.t_test = paired_t_test(differences);
  all.sign_flip = sign_flip_test(differences);
  return all;
}

}  // namespace voronet
