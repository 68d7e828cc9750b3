// An experiment as its file says it: a grid of data sets, networks, recipes and seeds, each point of which (a
// cell) is trained, attacked and proved; or of networks that are there already.
//
//   about = "Does Gauss flip less?"            # optional, for the page
//   [grid]                                     # several: [[grid]], each
//   data = ["fashion-mnist"]                   # names or folders
//   model = ["lenet"]
//   recipe = ["softmax", "ce-2022"]            # head, loss and schedule; the first is compared with
//   seed = [1, 2, 3]
//   [[grid]]                                   # attacked and proved only
//   data = ["fashion-mnist"]
//   checkpoint = ["a.onnx", "runs/lenet"]      # .onnx files, checkpoints, folders of runs
//   mean = 0.5                                 # and other options that say what these are
//   [train]                                    # options of `voronet train`, for all cells
//   epochs = 12
//   [model.lenet]                              # the same for one model, or [recipe.ce-2022] for one recipe
//   embedding = 84
//   [[attack]]                                 # as many as you like: options of `voronet attack`
//   name = "exact"                             # of its folder; default: the method's
//   method = "exhaustive"                      # one
//   range = "0:1000"                           # the same images for every network
//   heads = ["softmax", "gauss"]               # only networks with these; default: all
//   [prove]                                    # options of `voronet prove`; softmax and Gauss heads only
//   images = 500
#pragma once

#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/option_table.h>
#include <voronet/core/shape.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace voronet {

struct PlannedAttack {
  std::string name;
  std::vector<std::string> heads;  // empty: all
  OptionTable told;
};

// One network of the grid, and all that is done with it.
struct Cell {
  Located data, model, recipe;                  // of a network that is given: "given", and its own name
  std::optional<CheckpointOptions> given = {};  // which is not trained
  std::uint64_t seed = 0;
  std::string head = {};  // the recipe's
  // Of [train], [model.NAME] and [recipe.NAME], of which later ones win. Of a given network: what it is, and
  // network_md5.
  OptionTable train = {};
  std::vector<PlannedAttack> attacks = {};  // those that apply to its head
  std::optional<OptionTable> prove = {};

  // Of its folder: fashion-mnist-lenet-ce-2022-seed1, fashion-mnist-NAME.
  std::string name() const;
  std::string data_name() const;  // of a folder its last part
};

struct Experiment {
  std::string name;  // in messages: of the file
  std::string text;  // the file itself
  std::string about;
  std::vector<Cell> cells;  // seed by seed; within one data sets, models and recipes as in the file
  std::vector<PlannedAttack> attacks;  // all

  // Error "NAME:LINE: ...".
  template <class... Parts>
  Error error_at(Index line, const Parts&... parts) const {
    return Error(voronet::text(name, ':', line, ": ", parts...));
  }
};

// Throws Error, naming file and line, for text that is not TOML, unknown tables and keys, missing ones,
// values that the option of the command does not take, options that the attack's method does not heed, and
// given networks that cannot be read.
Experiment parse_experiment(const std::string& name, const std::string& text);

// The texts of the experiments that come with the program, by name: quick, lenet, ...
const std::map<std::string, std::string>& ready_experiments();

// The options as arguments of a command line: --images=1000.
std::vector<std::string> arguments(const OptionTable& table);

}  // namespace voronet
