#include <voronet/attacks/predict.h>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a classifier is asked with pixels of 0 to 1, in its own dtype") {
  Random random(1);
  Classifier model({}, random);
  data::Images images = plain_images(3, 28, 28, 1, 0);
  images.image(1)[100] = 255;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    model.to(dtype);
    const Prediction got = predict_with(model)(images);
    const Prediction expected = model.predict(data::to_tensor(images, dtype));
    CHECK(got.confidences.dtype() == dtype);
    CHECK(got.logits.to_vector() == expected.logits.to_vector());
    CHECK(got.classes == expected.classes);
    CHECK(got.logits.at(10) != got.logits.at(0));
  }
}
