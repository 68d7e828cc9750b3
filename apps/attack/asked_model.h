// What eval, attack and judge ask: the network of a checkpoint, or another program in its place.
#pragma once

#include <voronet/apps/cli/model_options.h>
#include <voronet/attacks/black_box.h>
#include <voronet/layers/plan/predictor.h>

#include <optional>
#include <string>

namespace voronet {

struct BlackBoxOptions {
  std::string command;
  double patience = BlackBox::patience;
  bool given() const { return !command.empty(); }
};

// Adds --model-command and --model-timeout to a command that has --checkpoint, which is no longer required.
void add_black_box_options(CLI::App& command, BlackBoxOptions& options);
// Throws CLI's error for wrong use unless either was given, and options of a network with a checkpoint alone.
void require_one_model(const CLI::App& command);

// Starts the program for such images. Throws Error as BlackBox does, and where it has other classes, which
// are closed (picture_files.h).
BlackBox start(const BlackBoxOptions& options, data::Dataset& data);

class AskedModel {
 public:
  // Throws Error as load and start do.
  AskedModel(const CheckpointOptions& network, const BlackBoxOptions& box, data::Dataset& data);
  AskedModel(const AskedModel&) = delete;
  AskedModel& operator=(const AskedModel&) = delete;

  // Images of floats, (n, h, w, c), or points.
  Prediction operator()(const Tensor& inputs) const { return box_ ? (*box_)(inputs) : (*predictor_)(inputs); }

 private:
  std::optional<BlackBox> box_;
  std::optional<Classifier> network_;
  std::optional<Predictor> predictor_;
};

}  // namespace voronet
