// ClassifierConfig: what a classifier network is, as a value and as text.
#pragma once

#include <voronet/layers/heads/duq.h>
#include <voronet/layers/heads/head.h>

#include <limits>
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
  std::string graph = {};        // of model "graph": what is computed of what (plan::to_text)
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

// What is said of a member wherever it is read or written: in checkpoints, run folders, command lines.
struct Setting {
  const char* key;
  double least = 0;  // of a number
  // Of a command line; without: only files say it. Training knows of some from its recipe or data.
  const char *option = nullptr, *type = "", *about = "";
  bool in_training = true;
};

// Calls each(Setting, member) for every setting. What parameters start from is none: checkpoints hold them.
template <class Config, class Each>
void for_each_setting(Config& c, const Each& each) {
  using S = Setting;
  constexpr double any = -std::numeric_limits<double>::infinity();
  each(S{"model", 0, "--model", "NAME", "Embedding: "}, c.model);
  each(S{"model_width", 0, "--width", "N",
         "Of mlp's hidden layers; channels after the first convolution of vgg and resnet; default 64"},
       c.model_width);
  each(S{"model_depth", 0, "--depth", "N", "Hidden layers of mlp; default 2"}, c.model_depth);
  each(S{"embedding", 0, "--embedding", "D",
         "Features d that it gives to the head; default: the model's own number"},
       c.embedding);
  each(S{"final_relu", 0, "--final-relu", "", "ReLU after its last layer"}, c.final_relu);
  each(S{"spectral_norm", 0, "--spectral-norm", "C",
         "Largest singular value that its layers are kept near or below, 0: not limited. Training takes the "
         "recipe's if not told"},
       c.spectral_norm);
  each(S{"head", 0, "--head", "", "Last layer"}, c.head);
  each(S{"mean", any, "--mean", "LIST",
         "Mean of the pixels in [0, 1], or of points; one value, or one a channel: 0.49,0.48,0.45. Training "
         "takes the data set's if not told"},
       c.mean);
  each(S{"std", any, "--std", "LIST", "Their standard deviation, likewise"}, c.deviation);
  each(S{"bias", 0, "--bias", "", "Bias of a softmax head", false}, c.bias);
  each(S{"classes", 1, "--classes", "N", "Classes; default 10", false}, c.classes);
  each(S{"height", 0, "--image-height", "N", "Of the images that it takes; default 28; 0 and 0: points",
         false},
       c.height);
  each(S{"width", 0, "--image-width", "N", "Likewise; default 28", false}, c.width);
  each(S{"channels", 1, "--channels", "N", "Likewise; default 1; of points: their values", false},
       c.channels);
  if (c.model == "graph") each(S{"graph"}, c.graph);
  each(S{"learn_gamma"}, c.gauss.learn_gamma);
  each(S{"duq_gamma"}, c.duq.gamma);
  each(S{"centroid_size"}, c.duq.centroid_size);
}

using Settings = std::map<std::string, std::string>;

// By their keys. Switches are on or off, lists have commas.
Settings to_settings(const ClassifierConfig& config);
// Missing keys keep their defaults, others are ignored; throws Error on text that is no number, switch or
// list, and on numbers out of range.
ClassifierConfig from_settings(const Settings& settings);

}  // namespace voronet
