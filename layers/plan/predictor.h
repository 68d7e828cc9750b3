// Predictor: a classifier's predictions, at the speed of an inference plan.
#pragma once

#include <voronet/layers/classifier.h>
#include <voronet/layers/plan/inference_plan.h>

namespace voronet {

// What the classifier says now: parameters are copied when the predictor is made, later changes do not count
// (see InferencePlan). The classifier must outlive it, and keep its head.
class Predictor {
 public:
  // Runs at most `batch` >= 1 images at a time, to bound memory: it is the plan's max_batch. Throws Error
  // when the configuration's image size does not fit the network.
  explicit Predictor(Classifier& classifier, Index batch = 400);

  // n >= 1 images (n, height, width, channels) of the classifier's dtype, in [0, 1]; throws Error otherwise.
  Prediction operator()(const Tensor& images) const;

 private:
  const Classifier& classifier_;
  InferencePlan plan_;
};

}  // namespace voronet
