#include <voronet/layers/checkpoint.h>
#include <voronet/layers/plan/graph_text.h>

#include <algorithm>
#include <set>

namespace voronet {
namespace {

std::vector<State::Entry> tensors_of(const State& state) {
  std::vector<State::Entry> all = state.parameters;
  all.insert(all.end(), state.buffers.begin(), state.buffers.end());
  return all;
}

std::string first_part(const std::string& name) { return name.substr(0, name.find('.')); }

// What to do about a tensor that is missing.
std::string hint(const std::string& name, const TensorFile& file) {
  for (const auto& [other, tensor] : file.tensors)
    if (other.ends_with('.' + name))
      return text(", but ", other, ": take ", other.substr(0, other.size() - name.size()),
                  " off the names, which PyTorch's wrappers put there");
  return "; it is a checkpoint of another model";
}

void check_tensors(const State& state, const TensorFile& file, const std::string& source) {
  std::set<std::string> expected(state.ignored.begin(), state.ignored.end()), children;
  for (const auto& [name, tensor, bounds] : tensors_of(state)) {
    const auto found = file.tensors.find(name);
    require(found != file.tensors.end(), source, ": no tensor ", name, hint(name, file));
    require(found->second.shape() == tensor->shape(), source, ": ", name, " is ", found->second.shape(),
            " but this model has ", tensor->shape());
    expected.insert(name);
  }
  for (const auto& [name, module] : state.modules) children.insert(first_part(name));
  for (const auto& [name, tensor] : file.tensors)
    require(expected.contains(name) || !children.contains(first_part(name)), source, ": tensor ", name,
            " is not part of this model");
}

std::vector<Random> read_randoms(const State& state, const TensorFile& file, const std::string& source) {
  std::vector<Random> randoms;
  for (const auto& [name, random] : state.randoms) {
    const auto found = file.metadata.find("random." + name);
    require(found != file.metadata.end(), source, ": no random state for ", name);
    randoms.push_back(Random::from_state(found->second));
  }
  return randoms;
}

void require_known(const char* kind, const std::string& name, const std::vector<std::string>& known,
                   const std::string& source) {
  require(std::find(known.begin(), known.end(), name) != known.end(), source, ": its ", kind, " is ", name,
          ", of which this program knows nothing: register_", kind, " adds it");
}

// Of the head's largest tensor.
Shape head_shape(const ClassifierConfig& config) {
  const Shape rows{config.classes, config.embedding};
  if (config.head == "ddu") return {config.embedding, rows[0], rows[1]};
  if (config.head != "duq" && config.head != "quadratic") return rows;
  const Index size = config.duq.centroid_size;
  return {size == 0 ? config.embedding : size, rows[0], rows[1]};
}

// Numbers in an mlp's first layer, its last, or those between, whichever has the most.
Index largest_of_mlp(const ClassifierConfig& config) {
  const Index depth = config.model_depth == 0 ? 2 : std::max<Index>(config.model_depth, 1);
  const Index width = config.model_width;
  return std::max({Shape{config.input_shape().size(), width}.size(), Shape{width, width, depth - 1}.size(),
                   Shape{width, config.embedding}.size()});
}

// The network is built before its tensors are compared with the file's, so what the metadata claim must not
// make it larger than what the file could fill.
void check_size(const ClassifierConfig& config, const TensorFile& file, const std::string& source) {
  Index numbers = 0;
  for (const auto& [name, tensor] : file.tensors) numbers += tensor.size();
  const Index widest = 8 * std::min(config.model_width, numbers + 1);  // of the deep models, with 3x3 weights
  const Index inner = config.model == "graph" ? (plan::graph_of_text(config.graph, numbers), 0)
                      : config.model == "mlp" ? largest_of_mlp(config)
                                              : Shape{widest, widest, 3, 3}.size();
  const Index largest = std::max(
      {head_shape(config).size(), Shape{config.height, config.width}.size(), config.channels, inner});
  require(largest <= numbers, source, ": describes a network larger than its ", numbers, " numbers");
}

}  // namespace

TensorFile save_state(Module& module) {
  const State state = module.state();
  TensorFile file;
  for (const auto& entry : tensors_of(state)) file.tensors[entry.name] = entry.tensor->detach().clone();
  for (const auto& [name, random] : state.randoms) file.metadata["random." + name] = random->state();
  return file;
}

void load_state(Module& module, const TensorFile& file, const std::string& source) {
  const State state = module.state();
  check_tensors(state, file, source);
  const std::vector<Random> randoms = read_randoms(state, file, source);
  for (const auto& entry : tensors_of(state)) entry.tensor->assign(file.tensors.at(entry.name));
  for (std::size_t i = 0; i < randoms.size(); ++i) *state.randoms[i].second = randoms[i];
}

TensorFile save_classifier(Classifier& classifier) {
  TensorFile file = save_state(classifier);
  file.metadata.merge(to_settings(classifier.config()));
  return file;
}

Classifier load_classifier(const std::filesystem::path& path, const Settings& overrides) {
  const TensorFile file = read_safetensors(path);
  const std::string source = path.string();
  require(!file.tensors.empty(), source, ": it holds no tensors");
  Settings settings = overrides;
  settings.insert(file.metadata.begin(), file.metadata.end());
  require(settings.contains("model"), source,
          ": does not say which model it is; give --model, --embedding, --head, --mean and --std");
  if (file.tensors.contains("classifier.gamma")) settings.emplace("head", "gauss");
  if (file.tensors.contains("classifier.whitening")) settings.emplace("head", "ddu");
  if (const auto found = file.tensors.find("classifier.W"); found != file.tensors.end()) {
    settings.emplace("head", "duq");
    if (found->second.rank() == 3) settings.emplace("centroid_size", text(found->second.dim(0)));
  }
  const ClassifierConfig config = from_settings(settings);
  require(config.classes >= 2, source, ": has ", config.classes, " classes, at least 2 are needed");
  require_known("model", config.model, models(), source);
  require_known("head", config.head, heads(), source);
  check_size(config, file, source);
  Random random;  // the values it draws are replaced
  Classifier classifier(config, random);
  load_state(classifier, file, source);
  return classifier;
}

}  // namespace voronet
