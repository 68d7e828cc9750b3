#include <voronet/layers/plan/predictor.h>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("a predictor says what the classifier said when it was made") {
  Random random(1);
  for (const std::string& head : heads()) {
    Classifier net({.head = head}, random);
    const Tensor images = uniform({11, 28, 28, 1}, 0, 1, random);
    const Prediction expected = net.predict(images);
    const Predictor predictor(net, 4);
    for (const Tensor& parameter : net.state().modules[0].second->parameters())
      parameter.assign(full(parameter.shape(), 0.5));
    const Prediction got = predictor(images);
    CHECK(distance(got.logits, expected.logits) < 1e-6);
    CHECK(distance(got.confidences, expected.confidences) < 1e-6);
    CHECK(got.classes == expected.classes);
    CHECK(distance(net.predict(images).logits, expected.logits) > 1e-3);
  }
}

TEST_CASE("a predictor refuses what the classifier refuses") {
  Random random(1);
  Classifier net({}, random);
  CHECK_THROWS_AS(Predictor(net, 0), const Error&);
  const Predictor predictor(net);
  CHECK_THROWS_WITH_AS(predictor(ones({2, 32, 32, 3})),
                       "classifier: images (2, 32, 32, 3) are not n x 28 x 28 x 1, which the network takes",
                       const Error&);
  CHECK_THROWS_WITH_AS(predictor(zeros({0, 28, 28, 1})), "predict: no images to predict", const Error&);
}
