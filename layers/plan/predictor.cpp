#include <voronet/core/autograd.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/plan/predictor.h>

#include <algorithm>

namespace voronet {

Predictor::Predictor(Classifier& classifier, Index batch)
    : classifier_(classifier), plan_(classifier, classifier.input_shape(), batch) {}

Prediction Predictor::operator()(const Tensor& images) const {
  const NoGrad scope;
  classifier_.require_inputs(images);
  require(images.dim(0) >= 1, "predict: no images to predict");
  const Index n = images.dim(0);
  const Tensor logits({n, classifier_.config().classes}, images.dtype());
  for (Index first = 0; first < n; first += plan_.max_batch()) {
    const Index last = std::min(first + plan_.max_batch(), n);
    slice(logits, 0, first, last).assign(plan_.run(slice(images, 0, first, last)));
  }
  return {logits, classifier_.head().confidences(logits), argmax(logits)};
}

}  // namespace voronet
