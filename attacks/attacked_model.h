// The model under attack, as pixel attacks see it: the ordinary forward, which has the last word, and a
// quicker way to ask about many changes of one image.
#pragma once

#include <voronet/attacks/pixel/pixel_queries.h>

namespace voronet {

struct AttackedModel {
  // A model that is nothing but a function: changes of an image are whole images to it.
  AttackedModel(Predict ordinary)
      : predict(std::move(ordinary)),
        ask_pixels([model = predict](const data::Images& base) { return dense_queries(model, base); }) {}
  // What a classifier says now: later changes of its parameters do not count. It must outlive this.
  AttackedModel(Classifier& model) : predict(predict_with(model)), ask_pixels(ask_pixels_of(model)) {}

  Predict predict;
  AskPixels ask_pixels;
};

}  // namespace voronet
