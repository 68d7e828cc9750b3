// One cell of an experiment: its options, its folder, and the work of making it.
//
// The folder is that of a training run, with more in it: cell.json (what the cell was told, which steps are
// done, on what machine), eval.json and predictions.csv (of each test image), the folder of each attack,
// prove.json. Of a network that is given nothing is trained: its file stays where it is.
#pragma once

#include <voronet/apps/attack/attack_network.h>
#include <voronet/apps/cli/progress.h>
#include <voronet/apps/experiment/file.h>
#include <voronet/apps/train/train_run.h>

#include <filesystem>
#include <memory>

namespace voronet {

struct CellFolder {
  std::filesystem::path path;

  std::filesystem::path record() const { return path / "cell.json"; }
  std::filesystem::path evaluation() const { return path / "eval.json"; }
  std::filesystem::path predictions() const { return path / "predictions.csv"; }
  std::filesystem::path attack(const PlannedAttack& attack) const { return path / attack.name; }
  std::filesystem::path proof() const { return path / "prove.json"; }
};
CellFolder cell_folder(const Cell& cell, const std::filesystem::path& out);

// What `voronet train` would be told, into an empty or begun folder.
TrainOptions train_options(const Cell& cell);

// An attack's options, read from the command line that they make up.
class CellAttack {
 public:
  CellAttack(const Cell& cell, const PlannedAttack& attack);
  const AttackOptions& options() const { return options_; }

 private:
  CLI::App command_;  // the options refer to it
  AttackOptions options_;
};

// Throws Error when the cell's folder was begun with other options than the file now has, in one line that
// says what differs and what to do. More or fewer images of an attack are no difference, be they --images or
// the end of --range: it is taken further, or cut short. Nor are steps that are new.
void require_unchanged(const Experiment& experiment, const Cell& cell, const std::filesystem::path& out);

// Whether nothing is left to do.
bool is_finished(const Cell& cell, const std::filesystem::path& out);

// Does what is left to do; depends on nothing outside the cell's folder and the data sets. Throws Error as
// training and attacks do, and Interrupted, with all finished work stored.
void run_cell(const Cell& cell, const std::filesystem::path& out, Screen screen);

// Throws Error, naming file and line, when a data set is not there, a network cannot be built for its images
// or trained as told, an attack asks for more images than there are, is not for images of this kind or
// networks of this head. Loads the data sets and builds each network of the grid once.
void require_possible(const Experiment& experiment);

}  // namespace voronet
