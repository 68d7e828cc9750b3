#include <voronet/core/file.h>
#include <voronet/core/random.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/networks/mlp.h>
#include <voronet/layers/summary.h>

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

Classifier on_points(ClassifierConfig config = {}) {
  config.model = "mlp";
  config.classes = 3;
  config.take_inputs({2});
  config.mean = {1, -1};
  config.deviation = {2, 0.5};
  Random random(1);
  return {config, random};
}

}  // namespace

TEST_CASE("an mlp has its hidden layers, then its features") {
  Random random(1);
  std::map<std::string, Shape> shapes;
  const auto net = mlp({.input = {5}, .width = 7, .depth = 2, .embedding = 3}, random);
  for (const auto& entry : net->state().parameters) shapes[entry.name] = entry.tensor->shape();
  const std::map<std::string, Shape> expected = {{"fc1.weight", {7, 5}}, {"fc1.bias", {7}},
                                                 {"fc2.weight", {7, 7}}, {"fc2.bias", {7}},
                                                 {"fc3.weight", {3, 7}}, {"fc3.bias", {3}}};
  CHECK(shapes == expected);
  CHECK((*net)(ones({4, 5})).shape() == Shape{4, 3});
  CHECK((*mlp({.input = {3, 2, 1}, .depth = 1}, random))(ones({4, 3, 2, 1})).shape() == Shape{4, 10});
}

TEST_CASE("an mlp's final ReLU can be left out, and sizes that make no sense are refused") {
  const auto smallest = [](bool final_relu) {
    Random random(1);
    const auto net = mlp({.embedding = 20, .final_relu = final_relu}, random);
    return std::ranges::min((*net)(uniform({9, 2}, -1, 1, random)).to_vector());
  };
  CHECK(smallest(true) == 0);
  CHECK(smallest(false) < 0);
  Random random(1);
  CHECK_THROWS_WITH_AS(
      mlp({.depth = 0}, random),
      "mlp: inputs (2), 0 layers of width 64 and 10 features are not possible (at least 1 of each)", Error);
  CHECK_THROWS_AS(mlp({.input = {0}}, random), Error);
  CHECK_THROWS_AS(mlp({.width = 0}, random), Error);
  CHECK_THROWS_AS(mlp({.embedding = 0}, random), Error);
}

TEST_CASE("a classifier of points normalises each value, and its plan says what its forward says") {
  Classifier net = on_points();
  CHECK(net.input_shape() == Shape{2});
  CHECK(net.config().model_width == 64);
  CHECK(net.config().model_depth == 2);
  Random random(2);
  const Tensor points = uniform({5, 2}, -3, 3, random);
  const std::vector<double> planned = net.predict(points).logits.to_vector(), plain = net(points).to_vector();
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(planned[i] == doctest::Approx(plain[i]).epsilon(1e-5));
  CHECK(summary(net, net.input_shape()).multiply_adds > 2 * 64 + 64 * 64 + 64 * 10);
  CHECK_THROWS_WITH_AS(net(ones({5, 3})), "classifier: points (5, 3) are not n x 2, which the network takes",
                       Error);
  CHECK_THROWS_WITH_AS(net.predict(ones({5, 1, 1, 2})),
                       "classifier: images (5, 1, 1, 2) are not n x 2, which the network takes", Error);
}

TEST_CASE("an mlp comes back from its checkpoint, whatever its depth") {
  const TemporaryFolder folder;
  for (const Index depth : {1, 2, 5}) {
    Classifier saved =
        on_points({.model_width = 9, .model_depth = depth, .embedding = 2, .final_relu = false});
    write_safetensors(folder / "net", save_classifier(saved));
    Classifier loaded = load_classifier(folder / "net");
    CHECK(to_settings(loaded.config()) == to_settings(saved.config()));
    CHECK(loaded.predict(ones({1, 2})).logits.to_vector() == saved.predict(ones({1, 2})).logits.to_vector());
  }
}

TEST_CASE("metadata that describe a huge mlp are refused before it is built") {
  const TemporaryFolder folder;
  for (const Index depth : {1, 2})
    for (const char* key : {"model_width", "model_depth", "channels", "height", "embedding"})
      for (const char* size : {"1000000000", "9223372036854775807", "-1"}) {
        CAPTURE(key);
        Classifier net = on_points({.model_depth = depth});
        TensorFile file = save_classifier(net);
        file.metadata[key] = size;
        write_safetensors(folder / "net", file);
        CHECK_THROWS_AS(load_classifier(folder / "net"), Error);
      }
}

TEST_CASE("networks of convolutions refuse points, and have no depth to choose") {
  Random random(1);
  for (const std::string model : {"lenet", "vgg11", "resnet18"}) {
    ClassifierConfig config{.model = model, .model_depth = 3, .height = 32, .width = 32, .channels = 3};
    CHECK_THROWS_WITH_AS(Classifier(config, random), (model + ": its depth cannot be chosen").c_str(), Error);
    config.take_inputs({3});
    CHECK_THROWS_WITH_AS(Classifier(config, random),
                         (model + " takes images, not points of 3 values; mlp takes both").c_str(), Error);
    CHECK_THROWS_AS(config.take_inputs({3, 3}), Error);
  }
}
