#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Classifier make(const ClassifierConfig& config = {}) {
  Random random(5);
  return Classifier(config, random);
}

Tensor some_images(Index n, Dtype dtype = Dtype::f32) {
  Random random(6);
  return uniform({n, 28, 28, 1}, 0, 1, random, dtype);
}

std::vector<std::string> parameter_names(Classifier& classifier) {
  std::vector<std::string> names;
  for (const auto& entry : classifier.state().parameters) names.push_back(entry.name);
  return names;
}

}  // namespace

TEST_CASE("a classifier is normalisation, embedding and head under the authors' names") {
  Classifier softmax = make(), gauss = make({.head = "gauss"}), plain = make({.bias = false});
  const auto names = parameter_names(softmax);
  CHECK(names.front() == "embed.conv1.weight");
  CHECK(std::vector<std::string>(names.end() - 2, names.end()) ==
        std::vector<std::string>{"classifier.weight", "classifier.bias"});
  CHECK(parameter_names(gauss).back() == "classifier.gamma");
  CHECK(parameter_names(plain).back() == "classifier.weight");

  const Tensor images = some_images(3);
  CHECK(softmax(images).to_vector() == softmax.head()(softmax.features(images)).to_vector());
  CHECK(softmax.features(images).shape() == Shape{3, 10});
  // A mean of 0.5 is what shifted images under a mean of 0 are.
  Classifier unshifted = make({.mean = {0}});
  CHECK(distance(unshifted(images - 0.5), softmax(images)) < 1e-5);
}

TEST_CASE("prediction in batches is prediction of each image, with nothing recorded") {
  for (const std::string& head : heads()) {
    Classifier classifier = make({.head = head});
    classifier.eval();
    const Tensor images = some_images(7);
    const Prediction all = classifier.predict(images), parts = classifier.predict(images, 3);
    CHECK_FALSE(all.logits.tracked());
    CHECK(all.logits.shape() == Shape{7, 10});
    CHECK(distance(parts.logits, all.logits) < 1e-6);
    CHECK(all.classes == argmax(classifier(images)));
    CHECK(distance(all.confidences, classifier.head().confidences(all.logits)) < 1e-6);
    for (Index i = 0; i < 7; ++i) {
      const Prediction one = classifier.predict(slice(images, 0, i, i + 1));
      CHECK(one.classes.at(0) == all.classes[static_cast<std::size_t>(i)]);
      CHECK(distance(one.logits, slice(all.logits, 0, i, i + 1)) < 1e-6);
    }
  }
}

TEST_CASE("an image's prediction has the same bits whatever images come with it") {
  for (const char* model : {"lenet", "resnet18"}) {
    Random random(7);
    Classifier net({.model = model,
                    .model_width = std::string(model) == "lenet" ? 0 : 16,
                    .height = 32,
                    .width = 32,
                    .channels = 3},
                   random);
    const Tensor images = uniform({9, 32, 32, 3}, 0, 1, random);
    const std::vector<double> all = net.predict(images).logits.to_vector();
    for (const Index n : {1, 2, 5})
      CHECK(net.predict(slice(images, 0, 0, n)).logits.to_vector() ==
            std::vector<double>(all.begin(), all.begin() + n * 10));
  }
}

TEST_CASE("a prediction has confidences of its own images and classes only") {
  const Prediction prediction = make().predict(some_images(2));
  CHECK(prediction.confidence(1, 9) == prediction.confidences.at(19));
  for (const auto& [image, of_class] : {std::pair<Index, int>{0, 10}, {0, -1}, {1, -10}, {2, 0}, {-1, 10}})
    CHECK_THROWS_WITH_AS(prediction.confidence(image, of_class),
                         text("prediction: no class ", of_class, " of image ", image, " in (2, 10)").c_str(),
                         const Error&);
}

TEST_CASE("prediction leaves the mode as it was, also when it throws") {
  Classifier classifier = make();
  classifier.head().eval();
  classifier.predict(some_images(2));
  CHECK(classifier.training());
  CHECK_FALSE(classifier.head().training());
  CHECK_THROWS_AS(classifier.predict(ones({2, 27, 28, 1})), const Error&);
  CHECK(classifier.training());
  classifier.eval();
  classifier.predict(some_images(2));
  CHECK_FALSE(classifier.training());
}

TEST_CASE("images of another size, or none, are refused with what the network takes") {
  Classifier classifier = make();
  CHECK_THROWS_WITH_AS(classifier(ones({2, 32, 32, 3})),
                       "classifier: images (2, 32, 32, 3) are not n x 28 x 28 x 1, which the network takes",
                       const Error&);
  CHECK_THROWS_AS(classifier.predict(zeros({0, 28, 28, 1})), const Error&);
  CHECK_THROWS_AS(classifier.predict(ones({28, 28})), const Error&);
  CHECK_THROWS_AS(classifier.predict(some_images(1), 0), const Error&);
}

TEST_CASE("a classifier in f64 predicts, trains and takes a new head") {
  const Tensor images = some_images(4);
  const std::vector<int> labels = {0, 3, 9, 3};
  for (const auto& [head, loss_name] : {std::pair{"softmax", "softmax"},
                                        {"gauss", "ce-2022"},
                                        {"gauss", "bce-2022"},
                                        {"duq", "duq"},
                                        {"ddu", "softmax"}}) {
    Classifier single = make({.head = head}), twice = make({.head = head});
    twice.to(Dtype::f64);
    CHECK(distance(twice.predict(images.to(Dtype::f64)).logits, single.predict(images).logits) < 1e-5);
    const auto loss = make_loss(loss_name, 10, Dtype::f64);
    const Tensor value = (*loss)(twice(images.to(Dtype::f64)), labels);
    for (const Tensor& gradient : grad(value, twice.parameters())) CHECK(gradient.dtype() == Dtype::f64);
    Random random(1);
    twice.eval();
    twice.replace_head({.head = "gauss"}, random);
    CHECK_FALSE(twice.head().training());
    CHECK(twice.predict(images.to(Dtype::f64)).logits.dtype() == Dtype::f64);
    CHECK_THROWS_AS(twice.predict(images), const Error&);
  }
}

TEST_CASE("a new head leaves the embedding, and the configuration tells of it") {
  Classifier classifier = make();
  const Tensor images = some_images(2);
  const auto before = classifier.features(images).to_vector();
  Random random(1);
  // What is not about the head is not read: 99 features, 3 classes.
  classifier.replace_head({.embedding = 99, .head = "gauss", .gauss = {.learn_gamma = false}, .classes = 3},
                          random);
  CHECK(classifier.config().head == "gauss");
  CHECK_FALSE(classifier.config().gauss.learn_gamma);
  CHECK(classifier.config().embedding == 10);
  CHECK(classifier.config().classes == 10);
  CHECK(classifier.features(images).to_vector() == before);
  CHECK(dynamic_cast<GaussHead*>(&classifier.head()) != nullptr);
  CHECK_THROWS_AS(classifier.replace_head({.head = "linear"}, random), const Error&);
  CHECK(classifier.config().head == "gauss");
}

TEST_CASE("a moved classifier is the same network") {
  Classifier first = make();
  const Tensor images = some_images(2);
  const auto expected = first.predict(images).logits.to_vector();
  Classifier second = std::move(first);
  CHECK(second.predict(images).logits.to_vector() == expected);
  first = std::move(second);
  CHECK(first.predict(images).logits.to_vector() == expected);
}

TEST_CASE("one stream gives one network; the head does not change what the embedding starts from") {
  Classifier softmax = make(), again = make(), gauss = make({.head = "gauss"});
  const Tensor images = some_images(2);
  CHECK(softmax(images).to_vector() == again(images).to_vector());
  CHECK(softmax.features(images).to_vector() == gauss.features(images).to_vector());
}

TEST_CASE("configurations that make no sense are refused") {
  CHECK_THROWS_WITH_AS(
      make({.model = "alexnet"}),
      "model: no model is called alexnet; there are graph, lenet, mlp, resnet101, resnet18, "
      "resnet34, resnet50, vgg11, vgg13, vgg16, vgg19 (a program adds its own by register_model)",
      const Error&);
  CHECK_THROWS_WITH_AS(make({.model_width = 16}), "lenet: its width cannot be chosen", const Error&);
  CHECK_THROWS_WITH_AS(
      make({.head = "linear"}),
      "head: no head is called linear; there are ddu, duq, gauss, quadratic, softmax (a program adds its "
      "own by register_head)",
      const Error&);
  CHECK_THROWS_AS(make({.classes = 1}), const Error&);
  CHECK_THROWS_AS(make({.embedding = -1}), const Error&);
  CHECK_THROWS_AS(make({.height = 5}), const Error&);
  CHECK_THROWS_AS(make({.deviation = {0}}), const Error&);
  CHECK_THROWS_WITH_AS(make({.mean = {0.5, 0.5}, .deviation = {1, 1}}),
                       "classifier: 2 means and deviations (--mean, --std) for 1 channel", Error);
}

TEST_CASE("every model takes CIFAR's images, and has features of its own number unless told otherwise") {
  for (const std::string& name : models()) {
    CAPTURE(name);
    if (name == "graph") continue;  // whose steps say what it takes
    const Index model_width = name == "lenet" ? 0 : 2;
    const ClassifierConfig config{
        .model = name, .model_width = model_width, .height = 32, .width = 32, .channels = 3};
    Classifier classifier = make(config);
    CHECK(classifier.config().embedding == (name == "lenet" || name == "mlp"            ? 10
                                            : name == "resnet50" || name == "resnet101" ? 64
                                                                                        : 16));
    Random random(6);
    CHECK(classifier.predict(uniform({2, 32, 32, 3}, 0, 1, random)).logits.shape() == Shape{2, 10});
    ClassifierConfig narrow = config;
    narrow.embedding = 7;
    CHECK(make(narrow).features(uniform({2, 32, 32, 3}, 0, 1, random)).shape() == Shape{2, 7});
  }
  CHECK(make({.model = "vgg16", .height = 32, .width = 32, .channels = 3}).config().model_width == 64);
}
