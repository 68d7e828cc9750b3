// Toy images, random networks for them, and `voronet prove` on both.
#pragma once

#include <voronet/core/file.h>
#include <voronet/data/datasets.h>
#include <voronet/layers/checkpoint.h>

#include "support/idx_files.h"
#include "support/program.h"
#include "support/toy_data.h"

namespace voronet::test {

struct ToyProof {
  TemporaryFolder folder;

  ToyProof() { write_idx_files(folder.path(), toy_data(3, 1), toy_data(30, 2)); }

  static Classifier classifier(const std::string& head, Index features) {
    ClassifierConfig config;
    config.head = head;
    config.embedding = features;
    config.classes = 10;  // as every data set in these files has
    config.height = config.width = 16;
    config.final_relu = false;
    config.gauss.high = 1;
    Random random(5);
    return {config, random};
  }
  data::Dataset data() const { return data::load(folder.path().string(), data::Split::test); }
  // The path of a checkpoint.
  std::string network(const std::string& name, Classifier network) const {
    const std::string path = folder / (name + ".safetensors");
    write_safetensors(path, save_classifier(network));
    return path;
  }
  std::string network(const std::string& head, Index features = 2) const {
    return network(head, classifier(head, features));
  }
  static std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  std::vector<std::string> arguments(const std::vector<std::string>& checkpoints) const {
    return joined({"prove", "--data", folder.path(), "--draws", "2", "--quiet", "--checkpoint"}, checkpoints);
  }
  Outcome prove(const std::vector<std::string>& checkpoints,
                const std::vector<std::string>& more = {}) const {
    return run_voronet(joined(arguments(checkpoints), more));
  }
};

}  // namespace voronet::test
