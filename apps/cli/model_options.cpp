#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/run_folder.h>
#include <voronet/layers/checkpoint.h>

namespace voronet {
namespace {

CLI::Option* add(CLI::App& command, Settings& settings, const char* option, const char* key,
                 const std::string& about) {
  const auto keep = [&settings, key](const std::string& value) { settings[key] = value; };
  return command.add_option_function<std::string>(option, keep, about)->group("Network");
}

void add_overrides(CLI::App& command, Settings& overrides) {
  add_model_options(command, overrides);
  add(command, overrides, "--bias", "bias", "Bias of a softmax head")->check(CLI::IsMember({"on", "off"}));
  add(command, overrides, "--classes", "classes", "Classes; default 10")->type_name("N");
  add(command, overrides, "--image-height", "height",
      "Of the images that it takes; default 28; 0 and 0: points")
      ->type_name("N");
  add(command, overrides, "--image-width", "width", "Likewise; default 28")->type_name("N");
  add(command, overrides, "--channels", "channels", "Likewise; default 1; of points: their values")
      ->type_name("N");
}

}  // namespace

void add_model_options(CLI::App& command, Settings& settings) {
  add(command, settings, "--model", "model", "Embedding: " + listed(models()))->type_name("NAME");
  add(command, settings, "--width", "model_width",
      "Of mlp's hidden layers; channels after the first convolution of vgg and resnet; default 64")
      ->type_name("N");
  add(command, settings, "--depth", "model_depth", "Hidden layers of mlp; default 2")->type_name("N");
  add(command, settings, "--embedding", "embedding",
      "Features d that it gives to the head; default: the model's own number")
      ->type_name("D");
  add(command, settings, "--final-relu", "final_relu", "ReLU after its last layer")
      ->check(CLI::IsMember({"on", "off"}));
  add(command, settings, "--spectral-norm", "spectral_norm",
      "Largest singular value that its layers are kept near or below, 0: not limited. Training takes "
      "the recipe's if not told")
      ->type_name("C");
  add(command, settings, "--head", "head", "Last layer")->check(CLI::IsMember(heads()));
  add(command, settings, "--mean", "mean",
      "Mean of the pixels in [0, 1], or of points; one value, or one a channel: 0.49,0.48,0.45. Training "
      "takes "
      "the data set's if not told")
      ->type_name("LIST");
  add(command, settings, "--std", "std", "Their standard deviation, likewise")->type_name("LIST");
}

void add_checkpoint_options(CLI::App& command, CheckpointOptions& options) {
  command
      .add_option("--checkpoint", options.checkpoint, "Network: a .safetensors file, or the folder of a run")
      ->required()
      ->type_name("PATH");
  add_overrides(command, options.overrides);
}

void add_checkpoint_options(CLI::App& command, std::vector<std::string>& checkpoints, Settings& overrides) {
  command.add_option("--checkpoint", checkpoints, "Networks: .safetensors files, or folders of runs")
      ->required()
      ->type_name("PATH");
  add_overrides(command, overrides);
}

std::filesystem::path checkpoint_file(const CheckpointOptions& options) {
  const std::filesystem::path path = options.checkpoint;
  return std::filesystem::is_directory(path) ? RunFolder{path}.checkpoint() : path;
}

std::string name_of_network(const std::filesystem::path& checkpoint) {
  const std::filesystem::path path = checkpoint.has_filename() ? checkpoint : checkpoint.parent_path();
  return path.extension() == ".safetensors" ? path.stem().string() : path.filename().string();
}

Classifier load(const CheckpointOptions& options) {
  return load_classifier(checkpoint_file(options), options.overrides);
}

}  // namespace voronet
