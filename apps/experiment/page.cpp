#include <voronet/apps/experiment/results.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/page/plot.h>
#include <voronet/apps/text/numbers.h>

#include <algorithm>
#include <set>

namespace voronet {
namespace {

using html::escape;

std::string tables_html(const std::vector<ResultTable>& tables) {
  std::string out;
  for (const auto& [title, header, rows] : tables) out += html::titled_table(title, header, rows);
  return out;
}

// The groups of each data set and model, in their order.
std::vector<std::vector<Group>> places(const CellResults& results) {
  std::vector<std::vector<Group>> all;
  for (const Group& group : groups(results)) {
    auto at =
        std::ranges::find_if(all, [&](const auto& each) { return each.front().place() == group.place(); });
    if (at == all.end()) at = all.insert(at, std::vector<Group>());
    at->push_back(group);
  }
  return all;
}

Interval in_percent(const Interval& interval) { return {100 * interval.low, 100 * interval.high}; }

// Adds a measure of each group: its mean over seeds, interval, and a ring for each seed.
void add_row(IntervalPlot& plot, const std::string& label, const Group& group, const Measure& measure,
             std::size_t color) {
  const auto found = share(group, measure);
  if (!found) return;
  IntervalRow row{label, 100 * found->mean, {}, {}, color};
  if (found->interval) row.interval = in_percent(*found->interval);
  for (const SuccessRate& seed : found->seeds) row.dots.push_back(100 * seed.share());
  plot.rows.push_back(row);
}

std::string accuracy_plot(const std::vector<Group>& groups) {
  IntervalPlot plot{"Accuracy: " + groups.front().place(), "% of the test images", {}};
  for (std::size_t i = 0; i < groups.size(); ++i)
    add_row(plot, groups[i].recipe, groups[i], {"accuracy", "", Measure::accuracy}, i);
  return svg(plot);
}

// Certified <= exact <= what searches leave.
std::string robustness_plot(const Experiment& experiment, const CellResults& results,
                            const std::vector<Group>& groups) {
  IntervalPlot plot{"Robust accuracy: " + groups.front().place(), "% of the images of the range", {}};
  for (std::size_t i = 0; i < groups.size(); ++i)
    for (const Measure& measure : measures(experiment, results))
      if (measure.kind == Measure::robust_accuracy || measure.kind == Measure::certified_accuracy)
        add_row(plot, groups[i].recipe + ", " + measure.name, groups[i], measure, i);
  return plot.rows.empty() ? "" : svg(plot);
}

std::string coverage_plot(const std::vector<Group>& groups, const std::string& attack) {
  Plot plot{"Flips at equal coverage: " + groups.front().place() + ", " + attack,
            "% of the attacked images refused, the least confident ones",
            "% of the answered images flipped",
            {}};
  for (const Group& group : groups) {
    Series curve{group.recipe, {}, {}};
    for (const Measure& measure : coverage_measures(attack))
      if (const auto found = share(group, measure)) {
        curve.x.push_back(100 * measure.refused);
        curve.y.push_back(100 * found->mean);
      }
    plot.series.push_back(curve);
  }
  return svg(plot);
}

// The mean over seeds of a column, epoch by epoch, as far as all seeds have it.
Series mean_curve(const Group& group, const char* column) {
  Series mean{group.recipe, group.cells.front()->metrics.numbers("epoch"), {}};
  for (const CellResult* cell : group.cells)
    mean.x.resize(std::min(mean.x.size(), cell->metrics.rows.size()));
  mean.y.resize(mean.x.size());
  for (const CellResult* cell : group.cells) {
    const auto values = cell->metrics.numbers(column);
    for (std::size_t i = 0; i < mean.y.size(); ++i)
      mean.y[i] += values[i] / static_cast<double>(group.cells.size());
  }
  return mean;
}

std::string curves(const std::vector<Group>& groups, const char* title, const char* column) {
  Plot plot{std::string(title) + ": " + groups.front().place(), "epoch", title, {}};
  for (const Group& group : groups) plot.series.push_back(mean_curve(group, column));
  return svg(plot);
}

std::string link(const std::string& folder, const std::string& name) {
  return text("<a href=\"", html::address(folder), "/report.html\">", escape(name), "</a>");
}

std::string links(const Experiment& experiment, const CellResults& results) {
  std::string out = "<ul>\n";
  for (const CellResult& result : results) {
    out += text("<li>", result.cell.given ? escape(result.folder) : link(result.folder, result.folder), ", ",
                duration(result.seconds));
    for (const PlannedAttack& attack : experiment.attacks)
      if (result.attacks.contains(attack.name))
        out += ", " + link(result.folder + '/' + attack.name, attack.name);
    if (result.checks)
      out += text(", ", result.checks->passed, " checks of the theory passed, ", result.checks->failed,
                  " failed");
    out += "</li>\n";
  }
  return out + "</ul>\n";
}

std::string settings(const Experiment& experiment, const CellResults& results, const std::string& command) {
  double seconds = 0;
  std::set<std::string> machines;
  for (const CellResult& result : results) {
    seconds += result.seconds;
    machines.insert(result.machine + (result.program ? ", by " + *result.program : ""));
  }
  return "<p>" +
         escape(text(results.size(), " of ", experiment.cells.size(), " cells, ", duration(seconds),
                     " of training and attacks, on ", listed(machines))) +
         ".</p>\n<pre class=\"scroll\">" + escape(command + "\n\n" + experiment.text) + "</pre>\n";
}

}  // namespace

std::string experiment_page(const Experiment& experiment, const CellResults& results,
                            const std::string& command) {
  std::string body =
      tables_html(summary_tables(experiment, results)) + tables_html(coverage_tables(experiment, results));
  std::vector<std::string> shares, training;
  for (const std::vector<Group>& groups : places(results)) {
    shares.push_back(accuracy_plot(groups));
    shares.push_back(robustness_plot(experiment, results, groups));
    for (const std::string& attack : searches(experiment, results))
      shares.push_back(coverage_plot(groups, attack));
    if (groups.front().cells.front()->cell.given) continue;
    training.push_back(curves(groups, "Training loss", "train_loss"));
    training.push_back(curves(groups, "Test accuracy", "test_accuracy"));
  }
  body += "<h2>Plots</h2>\n" + html::side_by_side(shares);
  body += html::quiet(
      "Means over seeds, with intervals as in the tables; a ring for each seed. Certified <= exact <= what a "
      "search "
      "leaves, where they are of the same images.");
  const auto differences = difference_tables(experiment, results);
  if (!differences.empty()) body += "<h2>Differences</h2>\n" + tables_html(differences);
  for (const std::string& line : method_lines(results)) body += html::quiet(line);
  if (!training.empty()) body += "<h2>Training, mean over seeds</h2>\n" + html::side_by_side(training);
  body += "<h2>Cells</h2>\n" + links(experiment, results);
  body += "<h2>How it was made</h2>\n" + settings(experiment, results, command);
  return html::page(experiment.about.empty() ? "Experiment: " + experiment.name : experiment.about, body);
}

}  // namespace voronet
