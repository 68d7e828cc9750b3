#include <voronet/apps/experiment/results.h>
#include <voronet/apps/text/embedded.h>
#include <voronet/apps/text/numbers.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace voronet {
namespace {

// Without the sign of a zero.
std::string percentage(double share) {
  const std::string digits = fixed(100 * share, 2);
  return digits == "-0.00" ? "0.00" : digits;
}

std::string between(const Interval& interval) {
  return percentage(interval.low) + " to " + percentage(interval.high);
}

std::string cell_of(const std::optional<GroupShare>& share) {
  if (!share) return "-";
  const auto& [seeds, mean, interval] = *share;
  if (interval) return percentage(mean) + " (" + between(*interval) + ")";
  return percentage(mean) + " (" + percentage(seeds[0].share()) + ", " + percentage(seeds[1].share()) + ")";
}

std::string p_value(const std::optional<double>& p) {
  if (!p) return "-";
  return *p < 0.0001 ? "< 0.0001" : fixed(*p, 4);
}

// Or why there is none.
std::string interval_of(const Difference& found) {
  if (const auto& interval = found.over_seeds.interval) return between(*interval);
  return found.seeds < 3 ? "too few seeds" : "no spread";
}

std::string images_of(const Difference& found) {
  const auto& [common, group, baseline, significant, largest_p] = found.images;
  if (common == 0) return "-";
  return text("+", group, " -", baseline, " of ", thousands(common), ", ", significant, " of ", found.seeds);
}

// The first group of the same data set and model, unless that is this one.
const Group* baseline_of(const Group& group, const std::vector<Group>& all) {
  const auto first = std::ranges::find(all, group.place(), &Group::place);
  return first->recipe == group.recipe ? nullptr : &*first;
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

// Which images robust accuracy is of: "fashion-mnist: exact 0:1087, proof 0:211".
std::string ranges_of(const CellResults& results) {
  std::map<std::string, std::map<std::string, std::string>> ranges;
  for (const CellResult& result : results)
    for (const auto& [name, record] : result.attacks)
      ranges[result.cell.data_name()][name] =
          text(name, ' ', record.run.range.first, ':', record.run.range.last);
  std::string line;
  for (const auto& [data, attacks] : ranges) {
    std::vector<std::string> each;
    for (const auto& [name, words] : attacks) each.push_back(words);
    line += (line.empty() ? "" : "; ") + data + ": " + listed(each);
  }
  return line;
}

// A line for each of these measures of each recipe.
Csv shares_csv(const CellResults& results, const std::vector<Measure>& all) {
  Csv table = parse_csv("data,model,recipe,head,measure,seeds,mean,low,high,count,of");
  for (const Group& group : groups(results))
    for (const Measure& measure : all)
      if (const auto found = share(group, measure)) {
        Index count = 0, of = 0;
        for (const SuccessRate& seed : found->seeds) count += seed.count, of += seed.of;
        table.rows.push_back(csv_row(group.data, group.model, group.recipe, group.head, measure.name,
                                     found->seeds.size(), found->mean, low(found->interval),
                                     high(found->interval), count, of));
      }
  return table;
}

// Names are text, even where they look like numbers; all else is numbers.
Json json_of(const Csv& table) {
  static const std::set<std::string> names = {"data",    "model",    "recipe", "head",
                                              "measure", "baseline", "folder"};
  auto all = Json::array();
  for (const Cells& row : table.rows) {
    Json one;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].empty()) continue;
      Json& value = one[table.columns[i]];
      if (names.contains(table.columns[i]))
        value = row[i];
      else if (const auto whole = parse_number<Index>(row[i]))
        value = *whole;
      else if (const auto seed = parse_number<std::uint64_t>(row[i]))
        value = *seed;
      else
        value = parse_number<double>(row[i]).value();
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

// A table for each data set and model: a row for each of these measures, a column a recipe, whose head is the
// first row and whose number of seeds is the last.
std::vector<ResultTable> tables_of(const CellResults& results, const std::vector<Measure>& rows,
                                   const std::string& corner) {
  std::vector<ResultTable> tables;
  const std::vector<Group> all = groups(results);
  for (const Group& group : all) {
    if (baseline_of(group, all) == nullptr) {
      tables.push_back({group.place(), {corner}, {{"last layer"}}});
      for (const Measure& measure : rows) tables.back().rows.push_back({measure.name});
      tables.back().rows.push_back({"seeds"});
    }
    ResultTable& table = *std::ranges::find(tables, group.place(), &ResultTable::title);
    table.header.push_back(group.recipe);
    table.rows.front().push_back(group.head);
    for (std::size_t i = 0; i < rows.size(); ++i) table.rows[i + 1].push_back(cell_of(share(group, rows[i])));
    table.rows.back().push_back(text(group.cells.size()));
  }
  return tables;
}

}  // namespace

std::vector<Measure> coverage_measures(const std::string& attack) {
  std::vector<Measure> all;
  for (const double refused : {0.0, 0.05, 0.1, 0.15, 0.2})
    all.push_back({fixed(100 * refused, 0) + " % refused", attack, Measure::flips, refused});
  return all;
}

std::vector<std::string> searches(const Experiment& experiment, const CellResults& results) {
  std::vector<std::string> all;
  for (const Measure& measure : measures(experiment, results))
    if (measure.kind == Measure::flips && measure.refused == 0) all.push_back(measure.attack);
  return all;
}

std::vector<ResultTable> summary_tables(const Experiment& experiment, const CellResults& results) {
  return tables_of(results, measures(experiment, results), "% of images");
}

std::vector<ResultTable> coverage_tables(const Experiment& experiment, const CellResults& results) {
  std::vector<ResultTable> tables;
  for (const std::string& attack : searches(experiment, results))
    for (ResultTable& table : tables_of(results, coverage_measures(attack), "% of the answered images")) {
      table.title += ", " + attack + ": flips";
      tables.push_back(std::move(table));
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
          tables.push_back(
              {title, {"percentage points", "difference", "95 %", "p (t)", "p (signs)", "images"}, {}});
        tables.back().rows.push_back({measure.name, percentage(found.over_seeds.mean), interval_of(found),
                                      p_value(found.t_test), p_value(found.sign_flip), images_of(found)});
      });
  return tables;
}

std::vector<std::string> method_lines(const CellResults& results) {
  std::size_t seeds = 0;
  for (const Group& group : groups(results)) seeds = std::max(seeds, group.cells.size());
  std::vector<std::string> lines;
  std::istringstream text_lines(filled("experiment/how_to_read.txt", {{"ranges", ranges_of(results)}}));
  for (std::string line; std::getline(text_lines, line);) lines.push_back(line);
  if (seeds < 3)
    lines.push_back(
        "There is neither an interval over seeds nor a p: fewer than three do not tell how seeds spread.");
  else if (seeds < 7)
    lines.push_back(text("With ", seeds, " seeds the p of signs is at least ",
                         exact(std::exp2(1.0 - static_cast<double>(seeds))),
                         ", however large the difference; that of t can be lower, if the differences are "
                         "normally distributed."));
  const std::set<std::string> programs = programs_of(results);
  if (programs.size() > 1) lines.push_back("Cells were made by several programs: " + listed(programs) + '.');
  return lines;
}

std::string tables_text(const Experiment& experiment, const CellResults& results) {
  std::string out;
  for (const auto& tables : {summary_tables(experiment, results), coverage_tables(experiment, results)})
    for (const auto& [title, header, rows] : tables)
      out += title + '\n' + wrapped_table(header, rows, 80) + '\n';
  for (const auto& [title, header, rows] : difference_tables(experiment, results))
    out += title + '\n' + text_table(header, rows) + '\n';
  for (const std::string& line : method_lines(results)) out += line + '\n';
  return out;
}

Csv cells_csv(const Experiment& experiment, const CellResults& results) {
  Csv table = parse_csv("data,model,recipe,head,seed,measure,count,of,share,low,high,folder");
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
  return shares_csv(results, measures(experiment, results));
}

Csv coverage_csv(const Experiment& experiment, const CellResults& results) {
  std::vector<Measure> all;
  for (const std::string& attack : searches(experiment, results))
    for (Measure& measure : coverage_measures(attack)) {
      measure.name = attack + ": flips, " + measure.name;
      all.push_back(std::move(measure));
    }
  return shares_csv(results, all);
}

Csv differences_csv(const Experiment& experiment, const CellResults& results) {
  Csv table = parse_csv(
      "data,model,recipe,head,baseline,measure,seeds,difference,low,high,p_t,p_signs,images,"
      "images_only_recipe,images_only_baseline,seeds_mcnemar_below_0.05,largest_mcnemar_p");
  for_each_difference(
      experiment, results,
      [&](const Group& group, const Group& baseline, const Measure& measure, const Difference& found) {
        const auto& [mean, interval] = found.over_seeds;
        const auto& images = found.images;
        table.rows.push_back(csv_row(group.data, group.model, group.recipe, group.head, baseline.recipe,
                                     measure.name, found.seeds, mean, low(interval), high(interval),
                                     found.t_test, found.sign_flip, images.common, images.only_group,
                                     images.only_baseline, images.significant, images.largest_p));
      });
  return table;
}

Json experiment_json(const Experiment& experiment, const CellResults& results) {
  Json json = {{"name", experiment.name},
               {"cells", json_of(cells_csv(experiment, results))},
               {"summary", json_of(summary_csv(experiment, results))},
               {"differences", json_of(differences_csv(experiment, results))},
               {"coverage", json_of(coverage_csv(experiment, results))}};
  const std::set<std::string> programs = programs_of(results);
  if (programs != std::set<std::string>{unknown_program}) json["programs"] = programs;
  return json;
}

}  // namespace voronet
