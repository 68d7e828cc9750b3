#include <voronet/layers/evaluate.h>

namespace voronet {

void Evaluation::add(const Prediction& prediction, std::span<const int> labels) {
  require(prediction.classes.size() == labels.size(), "evaluate: ", prediction.classes.size(),
          " predictions for ", labels.size(), " labels");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    correct += prediction.classes[i] == labels[i];
    confidence_sum += prediction.confidence(static_cast<Index>(i), prediction.classes[i]);
  }
  total += static_cast<Index>(labels.size());
}

}  // namespace voronet
