#include <voronet/apps/experiment/tables.h>
#include <voronet/apps/text/embedded.h>
#include <voronet/apps/text/numbers.h>

#include <algorithm>
#include <set>

namespace voronet {
namespace {

std::string percentage(double share) { return fixed(100 * share, 2); }

std::string between(const Interval& interval) {
  return percentage(interval.low) + " to " + percentage(interval.high);
}

double half_width(const Interval& interval) { return (interval.high - interval.low) / 2; }

std::string cell_of(const std::optional<GroupShare>& share) {
  if (!share) return "-";
  const auto& [mean, interval] = share->over_seeds;
  if (interval) return percentage(mean) + " +- " + percentage(half_width(*interval));
  return percentage(mean) + " (" + between(share->pooled.interval) + ")";
}

std::string p_value(double p) { return p < 0.0001 ? "< 0.0001" : fixed(p, 4); }

std::string cell_of(const std::optional<Difference::Images>& images) {
  if (!images) return "-";
  return text("+", images->only_group, " -", images->only_baseline, ", ", images->significant, " of ",
              images->seeds);
}

// The first group of the same data set and model, unless that is this one.
const Group* baseline_of(const Group& group, const std::vector<Group>& all) {
  const auto first =
      std::ranges::find_if(all, [&](const Group& each) { return each.place() == group.place(); });
  return first->recipe == group.recipe ? nullptr : &*first;
}

ResultTable& table_of(std::vector<ResultTable>& tables, const Group& group) {
  return *std::ranges::find_if(tables, [&](const ResultTable& each) { return each.title == group.place(); });
}

// Calls use(group, baseline, measure, difference) for each.
template <class Use>
void for_each_difference(const Experiment& experiment, const CellResults& results, const Use& use) {
  const std::vector<Group> all = groups(results);
  for (const Group& group : all)
    if (const Group* baseline = baseline_of(group, all))
      for (const Measure& measure : measures(experiment, results))
        if (const auto found = difference(group, *baseline, measure)) use(group, *baseline, measure, *found);
}

// An interval's ends, if there is one.
std::optional<double> low(const std::optional<Interval>& interval) {
  return interval ? std::optional(interval->low) : std::nullopt;
}
std::optional<double> high(const std::optional<Interval>& interval) {
  return interval ? std::optional(interval->high) : std::nullopt;
}

// Numbers stay numbers.
Json json_of(const Csv& table) {
  auto all = Json::array();
  for (const Cells& row : table.rows) {
    Json one;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].empty()) continue;
      if (const auto whole = parse_number<Index>(row[i]))
        one[table.columns[i]] = *whole;
      else if (const auto number = parse_number<double>(row[i]))
        one[table.columns[i]] = *number;
      else
        one[table.columns[i]] = row[i];
    }
    all.push_back(one);
  }
  return all;
}

constexpr const char* unknown_program = "voronet 0.1 or older";

std::set<std::string> programs_of(const CellResults& results) {
  std::set<std::string> programs;
  for (const CellResult& result : results) programs.insert(result.program.value_or(unknown_program));
  return programs;
}

}  // namespace

std::vector<ResultTable> summary_tables(const Experiment& experiment, const CellResults& results) {
  std::vector<ResultTable> tables;
  const std::vector<Measure> rows = measures(experiment, results);
  const std::vector<Group> all = groups(results);
  for (const Group& group : all) {
    if (baseline_of(group, all) == nullptr) {
      tables.push_back({group.place(), {"% of images"}, {{"last layer"}}});
      for (const Measure& measure : rows) tables.back().rows.push_back({measure.name});
      tables.back().rows.push_back({"seeds"});
    }
    ResultTable& table = table_of(tables, group);
    table.header.push_back(group.recipe);
    table.rows.front().push_back(group.head);
    for (std::size_t i = 0; i < rows.size(); ++i) table.rows[i + 1].push_back(cell_of(share(group, rows[i])));
    table.rows.back().push_back(text(group.cells.size()));
  }
  return tables;
}

std::vector<ResultTable> difference_tables(const Experiment& experiment, const CellResults& results) {
  std::vector<ResultTable> tables;
  for_each_difference(
      experiment, results,
      [&](const Group& group, const Group& baseline, const Measure& measure, const Difference& found) {
        const std::string title = group.place() + ": " + group.recipe + " minus " + baseline.recipe;
        if (tables.empty() || tables.back().title != title)
          tables.push_back({title, {"percentage points", "difference", "95 %", "p", "seeds", "images"}, {}});
        const auto& [mean, interval] = found.over_seeds;
        tables.back().rows.push_back({measure.name, percentage(mean), interval ? between(*interval) : "-",
                                      found.p ? p_value(*found.p) : "-", text(found.values.size()),
                                      cell_of(found.images)});
      });
  return tables;
}

std::vector<std::string> method_lines(const CellResults& results) {
  std::size_t seeds = 0;
  for (const Group& group : groups(results)) seeds = std::max(seeds, group.cells.size());
  std::vector<std::string> lines;
  std::istringstream text_lines(filled("experiment/how_to_read.txt"));
  for (std::string line; std::getline(text_lines, line);) lines.push_back(line);
  if (seeds > 1 && seeds < 6)
    lines.push_back(text("With ", seeds,
                         " seeds the t-test sees only differences that are large beside "
                         "their spread, and trusts that they are normally distributed."));
  const std::set<std::string> programs = programs_of(results);
  if (programs.size() > 1) lines.push_back("Cells were made by several programs: " + listed(programs) + '.');
  return lines;
}

Csv cells_csv(const Experiment& experiment, const CellResults& results) {
  Csv table = parse_csv("data,model,recipe,head,seed,measure,count,of,share,wilson_low,wilson_high,folder");
  for (const CellResult& result : results)
    for (const Measure& measure : measures(experiment, results))
      if (const auto rate = result.share(measure))
        table.rows.push_back(csv_row(result.cell.data_name(), result.cell.model.value,
                                     result.cell.recipe.value, result.cell.head, result.cell.seed,
                                     measure.name, rate->count, rate->of, rate->share(), rate->interval.low,
                                     rate->interval.high, result.folder));
  return table;
}

Csv summary_csv(const Experiment& experiment, const CellResults& results) {
  Csv table = parse_csv(
      "data,model,recipe,head,measure,seeds,mean,t_low,t_high,pooled_count,pooled_of,pooled_wilson_low,"
      "pooled_wilson_high");
  for (const Group& group : groups(results))
    for (const Measure& measure : measures(experiment, results))
      if (const auto found = share(group, measure)) {
        const auto& [mean, interval] = found->over_seeds;
        const SuccessRate& pooled = found->pooled;
        table.rows.push_back(csv_row(group.data, group.model, group.recipe, group.head, measure.name,
                                     found->values.size(), mean, low(interval), high(interval), pooled.count,
                                     pooled.of, pooled.interval.low, pooled.interval.high));
      }
  return table;
}

Csv differences_csv(const Experiment& experiment, const CellResults& results) {
  Csv table = parse_csv(
      "data,model,recipe,head,baseline,measure,seeds,difference,t_low,t_high,p,images_only_recipe,"
      "images_only_baseline,seeds_mcnemar_below_0.05");
  for_each_difference(
      experiment, results,
      [&](const Group& group, const Group& baseline, const Measure& measure, const Difference& found) {
        const auto& [mean, interval] = found.over_seeds;
        table.rows.push_back(csv_row(group.data, group.model, group.recipe, group.head, baseline.recipe,
                                     measure.name, found.values.size(), mean, low(interval), high(interval),
                                     found.p));
        Cells& row = table.rows.back();
        row.resize(table.columns.size());  // of accuracy, which images is not known
        if (const auto& images = found.images)
          std::ranges::copy(csv_row(images->only_group, images->only_baseline, images->significant),
                            row.end() - 3);
      });
  return table;
}

Json experiment_json(const Experiment& experiment, const CellResults& results) {
  Json json = {{"name", experiment.name},
               {"cells", json_of(cells_csv(experiment, results))},
               {"summary", json_of(summary_csv(experiment, results))},
               {"differences", json_of(differences_csv(experiment, results))}};
  const std::set<std::string> programs = programs_of(results);
  if (programs != std::set<std::string>{unknown_program}) json["programs"] = programs;
  return json;
}

}  // namespace voronet
