// A training run from its settings to its folder: what `voronet train` and each cell of an experiment do.
#pragma once

#include <voronet/apps/cli/progress.h>
#include <voronet/apps/cli/run_folder.h>
#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>
#include <voronet/optim/training/evaluate.h>
#include <voronet/ranks/ranks.h>

#include <string>

#include <CLI/CLI.hpp>

namespace voronet {

struct TrainOptions {
  Settings given;  // options that describe the run, by name; a resumed run keeps its own for the others
  std::string out;
  bool resume = false;
  double save_seconds = 30;             // a checkpoint at least this often, and after each epoch
  ranks::Team* team = &ranks::alone();  // who train together; the first of them writes the folder
};

// --data, --recipe, --batch, --epochs, --augment, --seed and those of model_options.h, none of them required.
// `given` receives those that the command line has.
void add_train_settings(CLI::App& command, Settings& given);

// The network that train() ends with, untrained. Throws Error where train() would before its first step: a
// recipe for another head than the given one, a network that does not fit the data, values out of range.
// `data` is what it trains on.
Classifier untrained_network(const Settings& given, const data::Dataset& data);

struct TrainResult {
  RunFolder folder;
  int epochs = 0;                   // of the whole run
  Evaluation on_tests;              // after the last epoch
  std::string test_md5, train_md5;  // see data::content_md5
};

// Trains, or goes on with what options.out holds. Throws Error for settings that do not fit each other, the
// data or the folder; also when interrupted, after saving.
TrainResult train(const TrainOptions& options, Screen screen);

}  // namespace voronet
