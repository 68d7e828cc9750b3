// Evaluation: how well a classifier does on labelled images.
#pragma once

#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>
#include <voronet/ranks/ranks.h>

#include <functional>
#include <span>
#include <vector>

namespace voronet {

struct Evaluation {
  struct Answer {
    int label = 0, predicted = 0;
    double confidence = 0;  // in the predicted class
  };
  Index correct = 0, total = 0;
  double confidence_sum = 0;         // of the predicted classes
  std::vector<Answer> answers = {};  // image by image; empty where ranks shared the images

  // Correct / total.
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(total); }
  // Of the predicted classes.
  double mean_confidence() const { return confidence_sum / static_cast<double>(total); }
  // Counts a batch of predictions with their labels, and keeps the answers. Throws Error where not finite.
  void add(const Prediction& prediction, std::span<const int> labels);
};

// In batches, in the data set's order; `done` is told how many images are through. Throws Error when there
// are no images, or what the model says of one is not finite, and what the model throws.
Evaluation evaluate(const std::function<Prediction(const Tensor& inputs)>& model, const data::Dataset& data,
                    const std::function<void(Index)>& done = {});
Evaluation evaluate(Classifier& classifier, const data::Dataset& data,
                    const std::function<void(Index)>& done = {});

// The same with the images dealt to the ranks of a team, who must all call it and all get the result.
Evaluation evaluate(Classifier& classifier, const data::Dataset& data, ranks::Team& team);

}  // namespace voronet
