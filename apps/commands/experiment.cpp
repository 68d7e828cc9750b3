// `voronet experiment`: a grid of networks, each trained, attacked and proved, and what they say together.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/errors.h>
#include <voronet/apps/experiment/cell.h>
#include <voronet/apps/experiment/results.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/core/file.h>
#include <voronet/core/folder_lock.h>
#include <voronet/ranks/ranks.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

namespace voronet {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct ExperimentCommand {
  std::string file, out;
  bool list = false, print = false, dry_run = false, tables = false, json = false;
};

bool is_ready(const std::string& name) { return ready_experiments().contains(name); }

std::string text_of(const std::string& name_or_file) {
  return is_ready(name_or_file) ? ready_experiments().at(name_or_file) : read_file(name_or_file);
}

fs::path out_of(const ExperimentCommand& command) {
  return command.out.empty() ? fs::path("runs") / last_name(fs::path(command.file).stem())
                             : fs::path(command.out);
}

std::string command_line(const ExperimentCommand& command) {
  return "voronet experiment " + command.file + " --out " + out_of(command).string();
}

void list_ready() {
  for (const auto& [name, text] : ready_experiments())
    std::cout << name << ": " << parse_experiment(name, text).about << '\n';
}

const char* state_of(const Cell& cell, const fs::path& out) {
  if (is_finished(cell, out)) return "done  ";
  return fs::exists(cell_folder(cell, out).record()) ? "begun " : "new   ";
}

void list_cells(const Experiment& experiment, const fs::path& out) {
  Index finished = 0;
  for (const Cell& cell : experiment.cells) {
    finished += is_finished(cell, out);
    std::cout << state_of(cell, out) << cell_folder(cell, out).path.string() << '\n';
  }
  std::cout << finished << " of " << experiment.cells.size() << " cells are done" << std::endl;
}

// All that an experiment's folder says of its finished cells.
CellResults write_results(const ExperimentCommand& command, const Experiment& experiment) {
  const fs::path out = out_of(command);
  const CellResults results = read_results(experiment, out);
  if (results.empty()) return results;
  write_file(out / "cells.csv", to_text(cells_csv(experiment, results)));
  write_file(out / "summary.csv", to_text(summary_csv(experiment, results)));
  write_file(out / "differences.csv", to_text(differences_csv(experiment, results)));
  write_file(out / "coverage.csv", to_text(coverage_csv(experiment, results)));
  write_file(out / "tables.txt", tables_text(experiment, results));
  write_file(out / "experiment.json", json_text(experiment_json(experiment, results), 1) + '\n');
  write_file(out / "report.html", experiment_page(experiment, results, command_line(command)));
  return results;
}

void say_next(Screen screen, const Cell& cell, std::size_t number, std::size_t all, double seconds_left) {
  if (screen.out == nullptr) return;
  *screen.out << "cell " << number << " of " << all << ": " << cell.name();
  if (seconds_left > 0) *screen.out << ", about " << duration(seconds_left) << " left";
  *screen.out << std::endl;
}

// The cells that this rank is to make, and their numbers.
std::vector<std::pair<std::size_t, const Cell*>> cells_left(const Experiment& experiment,
                                                            const fs::path& out) {
  ranks::Team& team = ranks::everyone();
  std::vector<std::pair<std::size_t, const Cell*>> left;
  int dealt = 0;
  for (std::size_t i = 0; i < experiment.cells.size(); ++i)
    if (!is_finished(experiment.cells[i], out) && dealt++ % team.size() == team.rank())
      left.emplace_back(i + 1, &experiment.cells[i]);
  team.barrier();  // before any rank finishes a cell, which the others would then deal otherwise
  return left;
}

// Makes the cells that are left. One that fails is said and passed over: the others do not depend on it.
// Returns how many failed, on all ranks. Throws Interrupted when all have saved what they had in hand.
Index run_cells(const ExperimentCommand& command, const Experiment& experiment, Screen screen) {
  const fs::path out = out_of(command);
  ranks::Team& team = ranks::everyone();
  const auto left = cells_left(experiment, out);
  const auto start = Clock::now();
  double counts[] = {0, 0}, &failed = counts[0], &stopped = counts[1];
  for (std::size_t k = 0; k < left.size(); ++k) {
    const auto& [number, cell] = left[k];
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const double each = k == 0 ? 0 : seconds / static_cast<double>(k);
    say_next(screen, *cell, number, experiment.cells.size(), each * static_cast<double>(left.size() - k));
    try {
      run_cell(*cell, out, screen);
    } catch (const Interrupted&) {
      stopped = 1;
      break;
    } catch (const std::exception& error) {
      std::cerr << "voronet: " << cell->name() << ": " << error_line(error) << std::endl;
      ++failed;
    }
    if (team.rank() == 0) write_results(command, experiment);
  }
  team.sum(counts);  // each rank has saved
  if (stopped > 0) throw Interrupted("interrupted; all is saved, go on with: " + command_line(command));
  return static_cast<Index>(failed);
}

void print(const ExperimentCommand& command, const Experiment& experiment, const CellResults& results) {
  if (command.json) {
    std::cout << json_text(experiment_json(experiment, results)) << std::endl;
    return;
  }
  std::cout << tables_text(experiment, results) << "Page: " << (out_of(command) / "report.html").string()
            << std::endl;
}

void run_experiment(const ExperimentCommand& command, const CommonOptions& common) {
  const Experiment experiment = parse_experiment(command.file, text_of(command.file));
  const fs::path out = out_of(command);
  for (const Cell& cell : experiment.cells) require_unchanged(experiment, cell, out);
  if (command.tables) {
    const CellResults results = write_results(command, experiment);
    require(!results.empty(), "no cell of ", command.file, " is finished in ", out.string());
    return print(command, experiment, results);
  }
  require_possible(experiment);
  if (command.dry_run) return list_cells(experiment, out);
  const bool first = ranks::everyone().rank() == 0;
  std::optional<FolderLock> lock;
  if (first) lock.emplace(out);
  if (first) write_file(out / "experiment.toml", experiment.text);
  const Index failed = run_cells(command, experiment, standard_error(common.quiet || !first));
  const CellResults results = first ? write_results(command, experiment) : CellResults();
  if (!results.empty()) print(command, experiment, results);
  require(failed == 0 || !first, failed, " of ", experiment.cells.size(),
          " cells failed; the same command tries them again");
}

}  // namespace

void add_experiment(CLI::App& program, const CommonOptions& common) {
  const auto options = std::make_shared<ExperimentCommand>();
  auto* command = program.add_subcommand(
      "experiment", "Train, attack and prove a grid of networks, and compare recipes over seeds");
  command->add_option("file", options->file, "A TOML file, or a ready experiment's name (see --list)");
  command
      ->add_option("--out", options->out,
                   "Folder for the cells, experiment.json, tables.txt, CSV tables and report.html; default "
                   "runs/NAME")
      ->type_name("DIR");
  command->add_flag("--list", options->list, "Show the ready experiments, and end");
  command->add_flag("--print", options->print, "Show the file, to begin one's own with, and end");
  command->add_flag("--dry-run", options->dry_run,
                    "Check everything, show the cells and what is done, and end");
  command->add_flag("--tables", options->tables,
                    "Make tables and page of the cells that are finished, without their data, and end");
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->callback([=, &common] {
    if (options->list) return list_ready();
    if (options->file.empty()) throw CLI::RequiredError("file");
    if (options->print) {
      std::cout << text_of(options->file);
      return;
    }
    run_experiment(*options, common);
  });
}

}  // namespace voronet
