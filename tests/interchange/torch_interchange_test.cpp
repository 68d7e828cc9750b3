// Checkpoints in PyTorch and back.
#include <voronet/core/operators.h>
#include <voronet/data/process.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/plan/graph.h>

#include <map>

#include "support/onnx_models.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// Those of a file without metadata.
Settings told(const ClassifierConfig& config) {
  Settings settings = to_settings(config);
  settings.erase("head");  // found by itself
  return settings;
}

}  // namespace

TEST_CASE(
    "checkpoints load into PyTorch's modules by name, give the same logits, and come back as they were") {
  if (!torch_available()) return;
  const TemporaryFolder folder;
  Random random(1);
  std::map<std::string, Classifier> networks;
  std::map<std::string, Tensor> ours;
  for (const std::string model : {"lenet", "resnet18", "vgg16"})
    for (const std::string head : {"softmax", "gauss"}) {
      ClassifierConfig config{.model = model, .head = head, .mean = {0.3}, .deviation = {0.25}};
      if (model != "lenet") {
        config.model_width = 4;
        config.height = config.width = 32;
        config.channels = 3;
      }
      const std::string name = text(model, '-', head);
      Classifier& network = networks.try_emplace(name, config, random).first->second;
      for (const auto& [key, tensor, bounds] : network.state().buffers)
        tensor->assign(uniform(tensor->shape(), 0.5, 2, random));
      const Tensor images = uniform(batch_shape(4, network.input_shape()), 0, 1, random);
      ours[name] = network.predict(images).logits;
      write_safetensors(folder / (name + ".safetensors"), save_classifier(network));
      write_floats(folder / (name + ".input"), channel_first(images));
    }
  data::run_program({"/usr/bin/python3", VORONET_SOURCE_DIR "/tests/interchange/torch_interchange.py", "."},
                    folder.path(), "PyTorch");
  for (auto& entry : networks) {
    const std::string& name = entry.first;
    Classifier& network = entry.second;
    INFO(name);
    CHECK(distance(read_floats(folder / (name + ".logits"), ours[name].shape()), ours[name]) < 1e-5);
    Classifier back = load_classifier(folder / (name + ".state"), told(network.config()));
    const auto before = save_state(network).tensors, after = save_state(back).tensors;
    REQUIRE(after.size() == before.size());
    for (const auto& [key, tensor] : before) CHECK(after.at(key).to_vector() == tensor.to_vector());
  }
}
