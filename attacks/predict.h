// How attacks see a model: a function from 8-bit images to predictions, and nothing else.
#pragma once

#include <voronet/data/images.h>
#include <voronet/layers/plan/predictor.h>

#include <functional>

namespace voronet {

// n >= 1 images -> what the model says of them. Normalisation is inside. Several threads may ask at once.
using Predict = std::function<Prediction(const data::Images&)>;

// What a classifier says now, by a Predictor: later changes do not count. It must outlive the function.
inline Predict predict_with(Classifier& model) {
  return [predictor = Predictor(model), dtype = model.dtype()](const data::Images& images) {
    return predictor(data::to_tensor(images, dtype));
  };
}

}  // namespace voronet
