// Classifier: normalize -> embed -> head, with a configuration from which it can be built again.
#pragma once

#include <voronet/layers/classifier_config.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/normalize.h>
#include <voronet/layers/registry.h>

#include <memory>
#include <string>
#include <vector>

namespace voronet {

// What a network says of a batch of n images.
struct Prediction {
  Tensor logits, confidences;  // (n, classes)
  std::vector<int> classes;    // n, the largest logit's; the first NaN's where there are any

  // Whether all that is said of an image are numbers: where float arithmetic overflows, the class says
  // nothing. Throws Error for an image that there is none of.
  bool is_finite(Index image) const;
  // Throws Error for an image or class that there is none of.
  double confidence(Index image, int of_class) const {
    require(image >= 0 && image < confidences.dim(0) && of_class >= 0 && of_class < confidences.dim(1),
            "prediction: no class ", of_class, " of image ", image, " in ", confidences.shape());
    return confidences.at(image * confidences.dim(1) + of_class);
  }
};

// Images (n, height, width, channels) with values in [0, 1], or points (n, d) -> logits (n, classes).
// Parameter names are the authors': embed.conv1.weight, ..., classifier.weight.
class Classifier : public Module {
 public:
  // Fresh parameters, drawn from `random`. Throws Error when the configuration makes no sense.
  Classifier(ClassifierConfig config, Random& random);
  // Of any module from normalised images to config.embedding features and any head from these to
  // config.classes logits. What the configuration calls them is what a checkpoint will need to find
  // registered (registry.h); of their own settings it says nothing.
  Classifier(ClassifierConfig config, std::unique_ptr<Module> embed, std::unique_ptr<Head> head);
  void describe(State& state) override;
  PlanValue plan(PlanBuilder& builder, PlanValue images) override;

  // The embedding's output, (n, d).
  Tensor features(const Tensor& images);
  // The head's, (n, classes), of features. Throws Error for a head that makes something else of them.
  Tensor logits(const Tensor& features);
  // What `plan` says of them: all of the network but its head.
  PlanValue plan_features(PlanBuilder& builder, PlanValue images);
  // By a Predictor of the present parameters; n >= 1 images, in batches of at most `batch`, to bound memory.
  // An image's prediction has the same bits whatever images come with it; of another `batch`, the last bits
  // may differ. Who predicts many times makes a Predictor once.
  Prediction predict(const Tensor& images, Index batch = 400);
  // A fresh head in place of the old one, of its dtype and mode; the embedding stays. Of the configuration,
  // only head, bias, gauss and duq are read.
  void replace_head(const ClassifierConfig& with_head, Random& random);

  // The last layer.
  Head& head() { return *head_; }
  const Head& head() const { return *head_; }
  // With the model's own numbers where the one given had 0.
  const ClassifierConfig& config() const { return config_; }
  // (height, width, channels) of the images that the network takes, (d) of points.
  Shape input_shape() const { return config_.input_shape(); }
  // Throws Error unless the images are (n, height, width, channels), or points (n, d).
  void require_inputs(const Tensor& images) const;

 protected:
  Tensor forward(const Tensor& images) override;

 private:
  ClassifierConfig config_;
  Normalize normalize_;
  std::unique_ptr<Module> embed_;
  std::unique_ptr<Head> head_;
};

}  // namespace voronet
