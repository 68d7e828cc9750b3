// How attacks see a model: a function from 8-bit images to predictions, and nothing else.
#pragma once

#include <voronet/data/images.h>

#include <functional>
#include <vector>

namespace voronet {

// What a classifier says of n images.
struct Prediction {
  Tensor logits, confidences;  // (n, classes) each
  std::vector<int> classes;    // argmax of the logits, n
};

// n images -> their Prediction. Normalisation is inside: an attack never leaves the bytes 0..255.
using Predict = std::function<Prediction(const data::Images&)>;

}  // namespace voronet
