#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/run_folder.h>
#include <voronet/data/picture_files.h>
#include <voronet/interchange/onnx_import.h>
#include <voronet/layers/checkpoint.h>

#include <cmath>

namespace voronet {
namespace {

enum class For { training, checkpoints };

// What is wrong with a setting's value; "" if nothing is.
std::string wrong(const std::string& key, const std::string& value) {
  try {
    (void)from_settings({{key, value}});
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

void add_options(CLI::App& command, Settings& settings, For purpose) {
  const ClassifierConfig defaults;
  for_each_setting(defaults, [&](const Setting& s, const auto& member) {
    if (s.option == nullptr || (purpose == For::training && !s.in_training)) return;
    const std::string key = s.key;
    const auto keep = [&settings, key](const std::string& value) { settings[key] = value; };
    const std::string about = key == "model" ? s.about + listed(models()) : s.about;
    auto* option = command.add_option_function<std::string>(s.option, keep, about)->group("Network");
    if (key == "head") option->check(CLI::IsMember(heads()));
    if constexpr (std::is_same_v<decltype(member), const bool&>) option->check(CLI::IsMember({"on", "off"}));
    option->check(CLI::Validator([key](const std::string& value) { return wrong(key, value); }, ""));
    if (*s.type != '\0') option->type_name(s.type);
  });
}

constexpr const char* onnx_ending = ".onnx";
bool is_no_name(const std::filesystem::path& part) { return part == "." || part == ".."; }

void require_finite(const Tensor& tensor, const std::string& file, const std::string& what) {
  if (!tensor.defined()) return;
  for (const double value : tensor.to_vector())
    require(std::isfinite(value), file, ": ", what, " holds a value that is not finite");
}

// What a head computes of its parameters may overflow where these do not, and be no distance.
void require_sound(const HeadForm& form, const std::string& file) {
  if (const auto* layer = std::get_if<LinearForm>(&form)) require_finite(layer->bias, file, "the bias");
  if (const auto* spaces = std::get_if<ClassSpaceForm>(&form))
    require_finite(spaces->centroids, file, "m / N, the centroids,");
  if (const auto* own = std::get_if<CentroidForm>(&form))
    for (const double gamma : own->gamma.to_vector())
      require(gamma > 0, file, ": a gamma of ", gamma, " is not positive");
}

// `inputs`: what an ONNX file may leave open, unless the options say it.
Classifier loaded(const CheckpointOptions& options, Shape inputs) {
  const std::string file = checkpoint_file(options);
  if (options.overrides.contains("height")) inputs = from_settings(options.overrides).input_shape();
  Classifier network = is_onnx(file) ? classifier_of_onnx(read_onnx(file), file, options.overrides, inputs)
                                     : load_classifier(file, options.overrides);
  const State state = network.state();
  for (const auto& entries : {state.parameters, state.buffers})
    for (const State::Entry& entry : entries) require_finite(*entry.tensor, file, entry.name);
  require_sound(network.head().form(), file);
  return network;
}

}  // namespace

bool is_onnx(const std::filesystem::path& file) { return file.extension() == onnx_ending; }

void add_model_options(CLI::App& command, Settings& settings) {
  add_options(command, settings, For::training);
}

void add_checkpoint_options(CLI::App& command, CheckpointOptions& options) {
  command
      .add_option("--checkpoint", options.checkpoint,
                  "Network: a .safetensors or .onnx file, or the folder of a run")
      ->required()
      ->type_name("PATH");
  add_options(command, options.overrides, For::checkpoints);
}

void add_checkpoint_options(CLI::App& command, std::vector<std::string>& checkpoints, Settings& overrides) {
  command
      .add_option("--checkpoint", checkpoints, "Networks: .safetensors or .onnx files, or folders of runs")
      ->required()
      ->type_name("PATH");
  add_options(command, overrides, For::checkpoints);
}

std::filesystem::path checkpoint_file(const CheckpointOptions& options) {
  const std::filesystem::path path = options.checkpoint;
  std::error_code ignored;  // who reads it says why it cannot be
  return std::filesystem::is_directory(path, ignored) ? RunFolder{path}.checkpoint() : path;
}

std::string last_name(const std::filesystem::path& path, const char* ending) {
  std::filesystem::path last = path.has_filename() ? path : path.parent_path();  // a/ is a
  if (is_no_name(last.filename())) last = std::filesystem::weakly_canonical(last);
  const std::filesystem::path stem = last.extension() == ending ? last.stem() : last.filename();
  return is_no_name(stem) ? last.filename() : stem;
}

std::string name_of_network(const std::filesystem::path& checkpoint) {
  return last_name(checkpoint, is_onnx(checkpoint) ? onnx_ending : ".safetensors");
}

Classifier load(const CheckpointOptions& options) { return loaded(options, {}); }

Classifier load(const CheckpointOptions& options, const data::Dataset& data) {
  Classifier network = loaded(options, data.input_shape());
  const std::string name = name_of_network(options.checkpoint);
  const Index classes = network.config().classes;
  require(data::may_have_classes(data, classes), name, " has ", classes, " classes, ", data.name, " has ",
          data.classes, data.open_classes ? " or more" : "");
  require(network.input_shape() == data.input_shape(), name, " takes inputs ", network.input_shape(), ", ",
          data.name, " has ", data.unit(), ' ', data.input_shape());
  return network;
}

}  // namespace voronet
