#include <voronet/apps/experiment/tables.h>
#include <voronet/apps/text/numbers.h>

#include <algorithm>

namespace voronet {
namespace {

using Row = std::vector<std::string>;

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

bool same_place(const Group& a, const Group& b) { return a.data == b.data && a.model == b.model; }

// The first group of the same data set and model, unless that is this one.
const Group* baseline_of(const Group& group, const std::vector<Group>& all) {
  const auto first =
      std::find_if(all.begin(), all.end(), [&](const Group& each) { return same_place(each, group); });
  return first->recipe == group.recipe ? nullptr : &*first;
}

ResultTable& table_of(std::vector<ResultTable>& tables, const Group& group) {
  return *std::find_if(tables.begin(), tables.end(), [&](const ResultTable& each) {
    return each.title == group.data + ", " + group.model;
  });
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

Row place(const Group& group) { return {group.data, group.model, group.recipe, group.head}; }

Row with(Row row, const Row& more) {
  row.insert(row.end(), more.begin(), more.end());
  return row;
}

Row ends(const std::optional<Interval>& interval) {
  return interval ? Row{exact(interval->low), exact(interval->high)} : Row{"", ""};
}

// Numbers stay numbers.
nlohmann::ordered_json json_of(const Csv& table) {
  auto all = nlohmann::ordered_json::array();
  for (const Row& row : table.rows) {
    nlohmann::ordered_json one;
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

}  // namespace

std::vector<ResultTable> summary_tables(const Experiment& experiment, const CellResults& results) {
  std::vector<ResultTable> tables;
  const std::vector<Measure> rows = measures(experiment, results);
  const std::vector<Group> all = groups(results);
  for (const Group& group : all) {
    if (baseline_of(group, all) == nullptr) {
      tables.push_back({group.data + ", " + group.model, {"% of images"}, {{"last layer"}}});
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
        const std::string title =
            group.data + ", " + group.model + ": " + group.recipe + " minus " + baseline.recipe;
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
  std::vector<std::string> lines = {
      "All in percent of images. Accuracy: of all test images. Flips and certified: of the attacked images, "
      "which the network classifies correctly; confident ones: to a confidence above tau, of the images "
      "that had tau or more before.",
      "With several seeds: mean +- half of Student's 95 % interval for the mean over seeds; with one: the "
      "share with Wilson's 95 % interval over its images.",
      "Differences are paired: same seed, same data. p: two-sided paired t-test over seeds. Images, +a -b, k "
      "of n: of those that both networks of a seed were attacked on, a succeed with this recipe only and b "
      "with the other only, summed over seeds; k of n seeds have p < 0.05 in McNemar's exact test. No p is "
      "corrected for the number of tests."};
  if (seeds > 1 && seeds < 6)
    lines.push_back(text("With ", seeds,
                         " seeds the t-test sees only differences that are large beside "
                         "their spread, and trusts that they are normally distributed."));
  return lines;
}

Csv cells_csv(const Experiment& experiment, const CellResults& results) {
  Csv table{{"data", "model", "recipe", "head", "seed", "measure", "count", "of", "share", "wilson_low",
             "wilson_high", "folder"},
            {}};
  for (const CellResult& result : results)
    for (const Measure& measure : measures(experiment, results))
      if (const auto rate = result.share(measure))
        table.rows.push_back({result.cell.data_name(), result.cell.model.value, result.cell.recipe.value,
                              result.cell.head, text(result.cell.seed), measure.name, text(rate->count),
                              text(rate->of),
                              exact(static_cast<double>(rate->count) / static_cast<double>(rate->of)),
                              exact(rate->interval.low), exact(rate->interval.high), result.folder});
  return table;
}

Csv summary_csv(const Experiment& experiment, const CellResults& results) {
  Csv table{{"data", "model", "recipe", "head", "measure", "seeds", "mean", "t_low", "t_high", "pooled_count",
             "pooled_of", "pooled_wilson_low", "pooled_wilson_high"},
            {}};
  for (const Group& group : groups(results))
    for (const Measure& measure : measures(experiment, results)) {
      const auto found = share(group, measure);
      if (!found) continue;
      Row row = with(place(group), {measure.name, text(found->values.size()), exact(found->over_seeds.mean)});
      row = with(row, ends(found->over_seeds.interval));
      row = with(row, {text(found->pooled.count), text(found->pooled.of)});
      table.rows.push_back(with(row, ends(found->pooled.interval)));
    }
  return table;
}

Csv differences_csv(const Experiment& experiment, const CellResults& results) {
  Csv table{{"data", "model", "recipe", "head", "baseline", "measure", "seeds", "difference", "t_low",
             "t_high", "p", "images_only_recipe", "images_only_baseline", "seeds_mcnemar_below_0.05"},
            {}};
  for_each_difference(
      experiment, results,
      [&](const Group& group, const Group& baseline, const Measure& measure, const Difference& found) {
        Row row = with(place(group), {baseline.recipe, measure.name, text(found.values.size()),
                                      exact(found.over_seeds.mean)});
        row = with(with(row, ends(found.over_seeds.interval)), {found.p ? exact(*found.p) : ""});
        const auto& images = found.images;
        table.rows.push_back(with(row, images ? Row{text(images->only_group), text(images->only_baseline),
                                                    text(images->significant)}
                                              : Row(3)));
      });
  return table;
}

nlohmann::ordered_json experiment_json(const Experiment& experiment, const CellResults& results) {
  return {{"name", experiment.name},
          {"cells", json_of(cells_csv(experiment, results))},
          {"summary", json_of(summary_csv(experiment, results))},
          {"differences", json_of(differences_csv(experiment, results))}};
}

}  // namespace voronet
