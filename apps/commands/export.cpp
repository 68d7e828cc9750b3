// `voronet export`: a checkpoint as an ONNX model, or as a safetensors file that says what it is.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/core/file.h>
#include <voronet/interchange/onnx_model.h>
#include <voronet/layers/checkpoint.h>

#include <iostream>
#include <memory>

namespace voronet {
namespace {

struct ExportOptions {
  CheckpointOptions network;
  std::filesystem::path out;
};

void run_export(const ExportOptions& options) {
  Classifier classifier = load(options.network);
  if (options.out.extension() == ".onnx")
    write_file(options.out, onnx_model(classifier));
  else
    write_safetensors(options.out, save_classifier(classifier));
  const ClassifierConfig& config = classifier.config();
  std::cout << options.out.string() << ": " << config.model << " with a " << config.head << " head for "
            << classifier.input_shape() << (classifier.input_shape().rank() == 3 ? " images, " : " points, ")
            << thousands(static_cast<Index>(std::filesystem::file_size(options.out))) << " bytes"
            << std::endl;
}

std::string check_extension(const std::string& path) {
  const auto extension = std::filesystem::path(path).extension();
  return extension == ".onnx" || extension == ".safetensors"
             ? ""
             : path + " ends neither in .onnx nor in .safetensors";
}

}  // namespace

void add_export(CLI::App& program, const CommonOptions&) {
  auto* command = program.add_subcommand("export", "A checkpoint as a file for other programs");
  const auto options = std::make_shared<ExportOptions>();
  add_checkpoint_options(*command, options->network);
  command
      ->add_option("--out", options->out,
                   "NAME.onnx: normalisation, network and head as an ONNX model, from images (n, channels, "
                   "height, width) in [0, 1] to logits and confidences. NAME.safetensors: the network's "
                   "tensors alone, under PyTorch's names, and what the options below say of it, which need "
                   "not be given again")
      ->required()
      ->type_name("FILE")
      ->check(check_extension);
  command->callback([=] { run_export(*options); });
}

}  // namespace voronet
