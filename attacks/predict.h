// How attacks see a model: a function from 8-bit images to predictions, and nothing else.
#pragma once

#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>

#include <functional>

namespace voronet {

// n >= 1 images -> what the model says of them. Normalisation is inside: an attack never leaves the bytes
// 0..255. Several threads may ask at once.
using Predict = std::function<Prediction(const data::Images&)>;

// What a classifier says now, by a Predictor: later changes of its parameters do not count. It must outlive
// the function.
Predict predict_with(Classifier& model);

}  // namespace voronet
