#include <voronet/apps/page/html.h>
#include <voronet/apps/page/plot.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/apps/train/run_page.h>

#include <numeric>

namespace voronet {
namespace {

Series series(const RunCurves& run, const std::string& name, const char* column) {
  return {name, run.metrics.numbers("epoch"), run.metrics.numbers(column)};
}

std::string plot_of(const std::vector<RunCurves>& runs, const char* title, const char* column) {
  Plot plot{title, "epoch", title, {}};
  for (const RunCurves& run : runs) plot.series.push_back(series(run, run.name, column));
  return svg(plot);
}

// The latest epoch first: the one that people look for.
std::string epochs_table(const Csv& metrics) {
  const auto epoch = metrics.numbers("epoch"), rate = metrics.numbers("rate"),
             loss = metrics.numbers("train_loss"), train = metrics.numbers("train_accuracy"),
             test = metrics.numbers("test_accuracy"), confidence = metrics.numbers("test_confidence"),
             seconds = metrics.numbers("seconds");
  Rows rows;
  for (std::size_t i = epoch.size(); i-- > 0;)
    rows.push_back({fixed(epoch[i], 0), fixed(rate[i], 5), fixed(loss[i], 4), percent(train[i]),
                    percent(test[i]), fixed(confidence[i], 3), duration(seconds[i])});
  return html::table(
      {"epoch", "rate", "train loss", "train accuracy", "test accuracy", "test confidence", "time"}, rows);
}

std::string summary_table(const Csv& metrics) {
  const auto seconds = metrics.numbers("seconds");
  return html::table(
      {"epochs", "test accuracy", "mean confidence", "train loss", "time"},
      {{fixed(metrics.numbers("epoch").back(), 0),
        fixed(100 * metrics.numbers("test_accuracy").back(), 2) + " %",
        fixed(metrics.numbers("test_confidence").back(), 3), fixed(metrics.numbers("train_loss").back(), 4),
        duration(std::accumulate(seconds.begin(), seconds.end(), 0.0))}});
}

std::string settings_table(const Settings& settings) {
  Rows rows;
  for (const auto& [key, value] : settings) rows.push_back({key, value});
  return html::table({"setting", "value"}, rows);
}

}  // namespace

std::string training_plots(const std::vector<RunCurves>& runs) {
  return html::side_by_side(
      {plot_of(runs, "Training loss", "train_loss"), plot_of(runs, "Test accuracy", "test_accuracy")});
}

std::string run_page(const RunCurves& run, const Settings& settings) {
  const Plot accuracy{"Accuracy",
                      "epoch",
                      "accuracy",
                      {series(run, "train", "train_accuracy"), series(run, "test", "test_accuracy")}};
  std::string body = summary_table(run.metrics);
  body += html::quiet("Accuracy and mean confidence on the test images after the last epoch.");
  body += "<h2>Training</h2>\n" +
          html::side_by_side({plot_of({run}, "Training loss", "train_loss"), svg(accuracy)});
  body += "<h2>Settings</h2>\n" + settings_table(settings);
  body += "<h2>Epochs</h2>\n" + epochs_table(run.metrics);
  return html::page("Training run: " + run.name, body);
}

}  // namespace voronet
