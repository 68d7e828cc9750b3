// The command-line options that say what a network is. What is given becomes settings (see ClassifierConfig).
#pragma once

#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace voronet {

// What --data takes.
constexpr const char* data_help =
    "Data set: a name, a folder with its files, a .csv file of points, of which a fifth is kept for tests, "
    "or "
    "a .csv or .npz file of images, which are all for tests";

// --model, --width, --depth, --embedding, --final-relu, --spectral-norm, --head, --mean, --std. `settings`
// receives the given ones when the command line is read.
void add_model_options(CLI::App& command, Settings& settings);

// A network that a checkpoint holds, and the options for it.
struct CheckpointOptions {
  std::string checkpoint;  // a file, or the folder of a run
  Settings overrides;      // for a file that does not say what it is
};

// --checkpoint, required, the options above, and what training takes from its recipe (--bias) and its data
// (--classes, --image-height, --image-width, --channels).
void add_checkpoint_options(CLI::App& command, CheckpointOptions& options);

// The same for several networks, which share the options.
void add_checkpoint_options(CLI::App& command, std::vector<std::string>& checkpoints, Settings& overrides);

// The file itself, also when a run's folder was given.
std::filesystem::path checkpoint_file(const CheckpointOptions& options);

// Whether the file is an ONNX model, by its ending.
bool is_onnx(const std::filesystem::path& file);

// What results call a file, without its ending, or a folder: the last part of its path, of `..` and `.` that
// of the folder itself. Never one of these, so that it can be a folder within another.
std::string last_name(const std::filesystem::path& path, const char* ending = "");
// The same of a network's checkpoint.
std::string name_of_network(const std::filesystem::path& checkpoint);

// Throws Error as load_classifier does, and where a parameter or buffer is not finite, what the head makes of
// them is not, or a gamma is not positive, with which distances are none.
Classifier load(const CheckpointOptions& options);

// The same for this data: throws Error also where inputs or classes are others.
Classifier load(const CheckpointOptions& options, const data::Dataset& data);

}  // namespace voronet
