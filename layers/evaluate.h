// Evaluation: how well a classifier does on labelled images.
#pragma once

#include <voronet/layers/classifier.h>

namespace voronet {

struct Evaluation {
  Index correct = 0, total = 0;
  double confidence_sum = 0;  // of the predicted classes

  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(total); }
  double mean_confidence() const { return confidence_sum / static_cast<double>(total); }
  // Counts a batch of predictions; labels n, as many as predictions.
  void add(const Prediction& prediction, std::span<const int> labels);
};

}  // namespace voronet
