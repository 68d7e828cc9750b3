#include <voronet/layers/checkpoint.h>

#include <algorithm>
#include <set>

namespace voronet {
namespace {

std::string first_part(const std::string& name) { return name.substr(0, name.find('.')); }

void check(const State& state, const TensorFile& file, const std::string& source) {
  std::set<std::string> names, children;
  for (const auto* entries : {&state.parameters, &state.buffers})
    for (const auto& [name, tensor, bounds] : *entries) {
      const auto found = file.tensors.find(name);
      require(found != file.tensors.end(), source, ": no tensor ", name,
              "; it is a checkpoint of another model");
      require(found->second.shape() == tensor->shape(), source, ": ", name, " is ", found->second.shape(),
              " but this model has ", tensor->shape());
      names.insert(name);
      children.insert(first_part(name));
    }
  for (const auto& [name, tensor] : file.tensors)
    require(names.contains(name) || !children.contains(first_part(name)), source, ": tensor ", name,
            " is not part of this model");
  for (const auto& [name, random] : state.randoms)
    require(file.metadata.contains("random." + name), source, ": no random state for ", name);
}

}  // namespace

TensorFile save_state(Module& module) {
  const State state = module.state();
  TensorFile file;
  for (const auto* entries : {&state.parameters, &state.buffers})
    for (const auto& entry : *entries) file.tensors[entry.name] = entry.tensor->detach();
  for (const auto& [name, random] : state.randoms) file.metadata["random." + name] = random->state();
  return file;
}

void load_state(Module& module, const TensorFile& file, const std::string& source) {
  const State state = module.state();
  check(state, file, source);
  for (const auto* entries : {&state.parameters, &state.buffers})
    for (const auto& entry : *entries) entry.tensor->assign(file.tensors.at(entry.name));
  for (const auto& [name, random] : state.randoms)
    *random = Random::from_state(file.metadata.at("random." + name));
}

TensorFile save_classifier(Classifier& classifier) {
  TensorFile file = save_state(classifier);
  file.metadata.merge(to_settings(classifier.config()));
  return file;
}

Classifier load_classifier(const std::filesystem::path& path, const Settings& overrides) {
  const TensorFile file = read_safetensors(path);
  Settings settings = overrides;
  settings.insert(file.metadata.begin(), file.metadata.end());
  require(settings.contains("model"), path.string(),
          ": does not say which model it is; give --model, --embedding, ", "--head, --mean and --std");
  Random random;  // the values it draws are replaced
  Classifier classifier(from_settings(settings), random);
  load_state(classifier, file, path.string());
  return classifier;
}

}  // namespace voronet
