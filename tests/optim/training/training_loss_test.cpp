#include <voronet/optim/training/recipe.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

Classifier lenet(const std::string& head) {
  ClassifierConfig config;
  config.head = head;
  Random random(1);
  return Classifier(config, random);
}

double value(Loss& loss) {
  return loss(from({-1, -2, -0.5, -4, -5, -6, -7, -8, -9, -3}, {1, 10}), std::vector{2}).item();
}

}  // namespace

TEST_CASE("a file that says nothing has its head's own loss, with the values that training starts from") {
  Classifier softmax = lenet("softmax"), gauss = lenet("gauss");
  CHECK(value(*training_loss({}, softmax, "f")) == value(*make_loss("softmax", 10)));
  CHECK(value(*training_loss({}, gauss, "f")) == value(*make_loss("ce-2022", 10)));
  Classifier duq = lenet("duq");
  CHECK(value(*training_loss({}, duq, "f")) == value(*make_loss("duq", 10)));
}

TEST_CASE("a trained file names its recipe and holds its loss's parameters") {
  Classifier gauss = lenet("gauss");
  TensorFile file{{}, {{"recipe", "bce-2022"}}};
  CHECK(value(*training_loss(file, gauss, "f")) == value(*make_loss("bce-2022", 10)));
  file = {{{"loss.delta", full({10}, 0.25)}}, {{"recipe", "ce-2022"}}};
  CeLoss expected(10);
  expected.delta.assign(full({10}, 0.25));
  CHECK(value(*training_loss(file, gauss, "f")) == value(expected));
  // During the warm-up of a Gauss recipe the head is softmax.
  Classifier softmax = lenet("softmax");
  CHECK(value(*training_loss(file, softmax, "f")) == value(*make_loss("softmax", 10)));
}

TEST_CASE("an unknown recipe and a parameter of another shape are refused") {
  Classifier gauss = lenet("gauss");
  CHECK_THROWS_WITH_AS(training_loss({{}, {{"recipe", "soup"}}}, gauss, "f"), doctest::Contains("soup"),
                       Error);
  CHECK_THROWS_WITH_AS(training_loss({{{"loss.delta", full({3}, 0.25)}}, {}}, gauss, "f"),
                       "f: loss.delta is (3) but this model has (10)", Error);
}
