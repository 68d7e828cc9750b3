// ClassifierConfig: what a classifier network is, as a value and as text.
#pragma once

#include <voronet/layers/heads/duq.h>
#include <voronet/layers/heads/head.h>

#include <map>
#include <string>
#include <vector>

namespace voronet {

// What a network is, apart from its parameters. As text it travels in the metadata of checkpoints.
struct ClassifierConfig {
  std::string model = "lenet";   // of the embedding; see models()
  Index model_width = 0;         // of mlp's layers; channels after the first convolution of others; 0: 64
  Index model_depth = 0;         // hidden layers of mlp; 0: 2
  Index embedding = 0;           // features d; 0: the model's own number
  bool final_relu = true;        // after the last linear layer of the embedding, where there is one
  std::string head = "softmax";  // see heads()
  bool bias = true;              // of a softmax head
  GaussOptions gauss = {};
  DuqOptions duq = {};
  double spectral_norm = 0;  // of the embedding's layers, see limit_spectral_norms; 0: not limited
  Index classes = 10;
  Index height = 28, width = 28, channels = 1;  // of images; 0, 0 and d: points of d values
  // Of pixels in [0, 1] or of points, one for all channels or one each.
  std::vector<double> mean = {0.5}, deviation = {1};

  // (height, width, channels) of an image or (channels) of a point.
  Shape input_shape() const;
  // Makes it so.
  void take_inputs(const Shape& shape);
};

using Settings = std::map<std::string, std::string>;

// Keys: model, model_width, model_depth, embedding, final_relu, head, bias, learn_gamma, duq_gamma,
// centroid_size, spectral_norm, classes, height, width, channels, mean, std. Switches are on or off, lists
// have commas. What parameters start from is left out: a checkpoint holds them.
Settings to_settings(const ClassifierConfig& config);
// Missing keys keep their defaults, others are ignored; throws Error on text that is no number, switch or
// list.
ClassifierConfig from_settings(const Settings& settings);

}  // namespace voronet
