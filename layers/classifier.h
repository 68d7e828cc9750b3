// Classifier: normalize -> embed -> head, with a description from which it can be built again.
#pragma once

#include <voronet/layers/head.h>
#include <voronet/layers/normalize.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace voronet {

// What a network is, apart from its parameters. As text it travels in the metadata of checkpoints.
struct ClassifierConfig {
  std::string model = "lenet";   // of the embedding; see models()
  Index embedding = 10;          // features d
  bool final_relu = true;        // after the last layer of the embedding
  std::string head = "softmax";  // or gauss
  bool bias = true;              // of a softmax head
  GaussOptions gauss = {};
  Index classes = 10;
  Index height = 28, width = 28, channels = 1;        // of the images
  std::vector<double> mean = {0.5}, deviation = {1};  // of pixels in [0, 1], one for all channels or one each
};

using Settings = std::map<std::string, std::string>;

// Keys: model, embedding, final_relu, head, bias, learn_gamma, classes, height, width, channels, mean, std.
Settings to_settings(const ClassifierConfig& config);
// Missing keys keep their defaults, others are ignored; throws Error on a value that makes no sense.
ClassifierConfig from_settings(const Settings& settings);

// The names of the embeddings that there are.
std::vector<std::string> models();

// What a network says of a batch of n images.
struct Prediction {
  Tensor logits, confidences;  // (n, classes)
  std::vector<int> classes;    // n, the largest logit's
};

// Images (n, height, width, channels) with values in [0, 1] -> logits (n, classes). Parameter names are the
// authors': embed.conv1.weight, ..., classifier.weight.
class Classifier : public Module {
 public:
  // Fresh parameters, drawn from `random`. Throws Error when the configuration makes no sense.
  Classifier(ClassifierConfig config, Random& random);
  void describe(State& state) override;

  // The embedding, (n, d).
  Tensor features(const Tensor& images);
  // Without recording, as if eval() had been called; in batches of at most `batch` images.
  Prediction predict(const Tensor& images, Index batch = 400);
  // A fresh head in place of the old one; the embedding stays.
  void replace_head(const ClassifierConfig& with_head, Random& random);

  Head& head() { return *head_; }
  const Head& head() const { return *head_; }
  const ClassifierConfig& config() const { return config_; }

 protected:
  Tensor forward(const Tensor& images) override;

 private:
  ClassifierConfig config_;
  Normalize normalize_;
  std::unique_ptr<Module> embed_;
  std::unique_ptr<Head> head_;
};

}  // namespace voronet
