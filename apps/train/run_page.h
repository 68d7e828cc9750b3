// Pages about training runs: the curves that every such page draws, and the page of one run.
#pragma once

#include <voronet/core/csv.h>
#include <voronet/layers/classifier_config.h>

#include <string>
#include <vector>

namespace voronet {

// How a run went. `metrics` has the columns that `voronet train` writes (see train.cpp) and a row an epoch.
struct RunCurves {
  std::string name;  // in legends
  Csv metrics;
};

// Training loss and test accuracy over the epochs, a line a run, side by side, as HTML.
std::string training_plots(const std::vector<RunCurves>& runs);

// The page of one run: last numbers, curves, every epoch, settings. Throws Error without an epoch.
std::string run_page(const RunCurves& run, const Settings& settings);

}  // namespace voronet
