#include <voronet/apps/attack/asked_model.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/data/picture_files.h>

namespace voronet {

void add_black_box_options(CLI::App& command, BlackBoxOptions& options) {
  auto* box = command
                  .add_option("--model-command", options.command,
                              "In place of a checkpoint: a program, as a line of sh, that reads images and "
                              "writes logits (attacks/BLACK_BOX.md)")
                  ->type_name("COMMAND");
  command
      .add_option("--model-timeout", options.patience,
                  "Give that program up when it neither reads nor writes for so long")
      ->check(positive_number(1e6))
      ->type_name("SECONDS")
      ->needs(box);
  command.get_option("--checkpoint")->required(false);
}

void require_one_model(const CLI::App& command) {
  const bool box = command.count("--model-command") > 0;
  if (!box && command.count("--checkpoint") == 0) throw CLI::RequiredError("--checkpoint or --model-command");
  for (const CLI::Option* option : command.get_options())
    if (box && option->count() > 0 &&
        (option->get_group() == "Network" || option->check_name("--checkpoint")))
      throw CLI::ExcludesError("--model-command", option->get_name());
}

BlackBox start(const BlackBoxOptions& options, data::Dataset& data) {
  BlackBox box(options.command, data.input_shape(), options.patience);
  data::close_classes(data, box.classes());
  return box;
}

AskedModel::AskedModel(const CheckpointOptions& network, const BlackBoxOptions& box, data::Dataset& data) {
  if (box.given()) {
    box_.emplace(start(box, data));
    return;
  }
  network_.emplace(load(network, data));
  predictor_.emplace(*network_);
  data::close_classes(data, network_->config().classes);
}

}  // namespace voronet
