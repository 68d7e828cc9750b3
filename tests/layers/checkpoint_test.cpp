#include <voronet/core/file.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/dropout.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/sequential.h>
#include <voronet/optim/training/evaluate.h>

#include <cmath>

#include "support/authors_networks.h"
#include "support/near.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Classifier make(const ClassifierConfig& config, std::uint64_t seed = 1) {
  Random random(seed);
  return Classifier(config, random);
}

// Checks that loading `file` into `classifier` throws a message that contains `part`, and changes nothing.
void check_refused(Classifier& classifier, const TensorFile& file, const std::string& part) {
  const TensorFile before = save_classifier(classifier);
  std::string message;
  try {
    load_state(classifier, file, "some file");
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.find("some file: ") == 0);
  INFO(message);
  CHECK(message.find(part) != std::string::npos);
  for (const auto& [name, tensor] : save_classifier(classifier).tensors)
    CHECK(tensor.to_vector() == before.tensors.at(name).to_vector());
}

}  // namespace

TEST_CASE("a classifier comes back from its file with configuration and values") {
  const TemporaryFolder folder;
  const ClassifierConfig config{.embedding = 7,
                                .final_relu = false,
                                .head = "gauss",
                                .gauss = {.gamma = 3, .learn_gamma = false},
                                .classes = 4,
                                .height = 20,
                                .width = 18,
                                .channels = 3,
                                .mean = {0.4914, 0.4822, 0.4465},
                                .deviation = {0.2023, 0.1994, 0.2010}};
  Classifier saved = make(config);
  write_safetensors(folder / "net", save_classifier(saved));
  Classifier loaded = load_classifier(folder / "net");
  CHECK(to_settings(loaded.config()) == to_settings(config));
  CHECK(dynamic_cast<GaussHead&>(loaded.head()).gamma.at(0) == 3);
  Random random(2);
  const Tensor images = uniform({3, 20, 18, 3}, 0, 1, random);
  CHECK(loaded.predict(images).logits.to_vector() == saved.predict(images).logits.to_vector());
}

TEST_CASE("a DUQ network comes back with its averages; without metadata its tensors tell what it is") {
  const TemporaryFolder folder;
  Classifier saved = make({.head = "duq", .duq = {.centroid_size = 3, .gamma = 2}});
  auto& head = dynamic_cast<DuqHead&>(saved.head());
  Random random(2);
  const Tensor images = uniform({3, 28, 28, 1}, 0, 1, random);
  head.after_step(saved.features(images), std::vector<int>{1, 2, 3});
  TensorFile file = save_classifier(saved);
  write_safetensors(folder / "net", file);
  Classifier loaded = load_classifier(folder / "net");
  CHECK(to_settings(loaded.config()) == to_settings(saved.config()));
  CHECK(loaded.predict(images).logits.to_vector() == saved.predict(images).logits.to_vector());

  file.metadata.clear();
  write_safetensors(folder / "foreign", file);
  Classifier foreign = load_classifier(folder / "foreign", {{"model", "lenet"}, {"duq_gamma", "2"}});
  CHECK(foreign.config().head == "duq");
  CHECK(foreign.config().duq.centroid_size == 3);
  CHECK(foreign.predict(images).logits.to_vector() == saved.predict(images).logits.to_vector());
  file.tensors["classifier.W"] = ones({3});
  write_safetensors(folder / "broken", file);
  CHECK_THROWS_AS(load_classifier(folder / "broken", {{"model", "lenet"}}), const Error&);
  TensorFile huge = save_classifier(saved);
  huge.metadata["centroid_size"] = "1000000000";
  write_safetensors(folder / "huge", huge);
  CHECK_THROWS_WITH_AS(load_classifier(folder / "huge"), doctest::Contains("describes a network larger"),
                       const Error&);
}

TEST_CASE("a DDU network with limited norms comes back with its Gaussians and vectors") {
  const TemporaryFolder folder;
  Classifier saved = make({.head = "ddu", .spectral_norm = 0.5});
  auto& head = dynamic_cast<DduHead&>(saved.head());
  Random random(2);
  head.means.assign(uniform({10, 10}, 0, 1, random));
  const Tensor images = uniform({3, 28, 28, 1}, 0, 1, random);
  saved(images);  // moves the vectors
  TensorFile file = save_classifier(saved);
  write_safetensors(folder / "net", file);
  Classifier loaded = load_classifier(folder / "net");
  CHECK(loaded.config().spectral_norm == 0.5);
  CHECK(loaded.predict(images).logits.to_vector() == saved.predict(images).logits.to_vector());
  file.metadata.clear();
  write_safetensors(folder / "foreign", file);
  Classifier foreign = load_classifier(folder / "foreign", {{"model", "lenet"}, {"spectral_norm", "0.5"}});
  CHECK(foreign.predict(images).logits.to_vector() == saved.predict(images).logits.to_vector());
  CHECK_THROWS_AS(load_classifier(folder / "foreign", {{"model", "lenet"}}), const Error&);
}

TEST_CASE(
    "a deep network comes back with its width and its running statistics; PyTorch's count of batches is no "
    "matter") {
  const TemporaryFolder folder;
  Random random(3);
  const Tensor images = uniform({3, 32, 32, 3}, 0, 1, random);
  for (const char* model : {"resnet18", "resnet50", "vgg11"}) {
    Classifier saved = make({.model = model, .model_width = 2, .height = 32, .width = 32, .channels = 3});
    saved(images);  // moves the running statistics
    TensorFile file = save_classifier(saved);
    write_safetensors(folder / "net", file);
    Classifier loaded = load_classifier(folder / "net");
    CHECK(loaded.config().model_width == 2);
    CHECK(loaded.predict(images).logits.to_vector() == saved.predict(images).logits.to_vector());
    const bool vgg = std::string(model) == "vgg11";
    file.tensors[vgg ? "embed.features.1.num_batches_tracked" : "embed.bn1.num_batches_tracked"] = scalar(7);
    CHECK_NOTHROW(load_state(loaded, file, "some file"));
    file.tensors["embed.num_batches_tracked"] = scalar(7);
    check_refused(loaded, file, "tensor embed.num_batches_tracked is not part of this model");
  }
}

TEST_CASE("what was saved is a copy: training on does not change it") {
  Classifier classifier = make({});
  const TensorFile file = save_classifier(classifier);
  const double before = file.tensors.at("classifier.bias").at(0);
  classifier.parameters().back().assign(zeros({10}));
  CHECK(file.tensors.at("classifier.bias").at(0) == before);
}

TEST_CASE("a missing tensor, a wrong shape and a tensor too many are refused by name, and nothing changes") {
  Classifier source = make({}, 1), classifier = make({}, 2);
  const TensorFile good = save_classifier(source);
  TensorFile missing = good;
  missing.tensors.erase("embed.fc2.bias");
  check_refused(classifier, missing, "no tensor embed.fc2.bias");
  TensorFile misshapen = good;
  misshapen.tensors["classifier.bias"] = ones({11});
  check_refused(classifier, misshapen, "classifier.bias is (11) but this model has (10)");
  for (const char* name : {"embed.fc3.weight", "classifier.gamma", "normalize.mean"}) {
    TensorFile more = good;
    more.tensors[name] = ones({10});
    check_refused(classifier, more, std::string("tensor ") + name + " is not part of this model");
  }
  TensorFile beside = good;
  beside.tensors["optimizer.velocity.0"] = ones({3});
  CHECK_NOTHROW(load_state(classifier, beside, "some file"));
}

TEST_CASE("a softmax checkpoint is no Gauss network, nor the reverse") {
  Classifier softmax = make({}), gauss = make({.head = "gauss"}), plain = make({.bias = false});
  check_refused(gauss, save_classifier(softmax), "no tensor classifier.gamma");
  check_refused(softmax, save_classifier(gauss), "no tensor classifier.bias");
  check_refused(plain, save_classifier(gauss), "classifier.gamma is not part of this model");
  check_refused(plain, save_classifier(softmax), "classifier.bias is not part of this model");
}

TEST_CASE("values are taken as they are, in the dtype of the model") {
  Classifier classifier = make({});
  TensorFile file = save_classifier(classifier);
  file.tensors["classifier.bias"] = full({10}, 0.1, Dtype::f64);
  file.tensors["embed.fc2.bias"] = full({10}, std::nan(""));
  load_state(classifier, file, "some file");
  const auto bias = classifier.parameters().back();
  CHECK(bias.dtype() == Dtype::f32);
  CHECK(bias.at(0) == static_cast<double>(0.1F));
  CHECK(first_nonfinite_layer(classifier, ones({1, 28, 28, 1})) == "embed.fc2");
}

TEST_CASE("a missing or broken random stream is refused, and nothing changes") {
  Sequential net;
  net.add(Dropout(0.5, Random(1)));
  const TensorFile saved = save_state(net);
  TensorFile missing = saved;
  missing.metadata.clear();
  CHECK_THROWS_WITH_AS(load_state(net, missing, "some file"), "some file: no random state for 0.random",
                       const Error&);
  TensorFile broken = saved;
  broken.metadata["random.0.random"] = "dice";
  CHECK_THROWS_AS(load_state(net, broken, "some file"), const Error&);
  CHECK(save_state(net).metadata == saved.metadata);
}

TEST_CASE("a file that names no model needs to be told; what is told goes before what the file says") {
  const TemporaryFolder folder;
  Classifier classifier = make({.mean = {0.25}});
  TensorFile file = save_classifier(classifier);
  write_safetensors(folder / "full", file);
  CHECK(load_classifier(folder / "full", {{"mean", "0.75"}}).config().mean == std::vector<double>{0.75});
  file.metadata = {{"format", "pt"}};
  write_safetensors(folder / "bare", file);
  CHECK_THROWS_AS(load_classifier(folder / "bare"), const Error&);
  CHECK(load_classifier(folder / "bare", {{"model", "lenet"}}).config().mean == std::vector<double>{0.5});
  CHECK_THROWS_AS(load_classifier(folder / "bare", {{"model", "lenet"}, {"embedding", "11"}}), const Error&);
  CHECK_THROWS_AS(load_classifier(folder / "absent"), const Error&);
}

TEST_CASE("metadata that describe a huge network are refused before it is built") {
  const TemporaryFolder folder;
  Classifier classifier = make({});
  for (const char* key : {"embedding", "classes", "height", "width", "channels", "model_width"})
    for (const char* size : {"1000000000000", "9223372036854775807", "-1"}) {
      TensorFile file = save_classifier(classifier);
      file.metadata[key] = size;
      write_safetensors(folder / "net", file);
      CHECK_THROWS_AS(load_classifier(folder / "net"), const Error&);
    }
}

TEST_CASE("the authors' Fashion-MNIST checkpoints classify exactly as many test images as theirs did") {
  const auto authors = authors_networks();
  if (!authors) return;
  const Tensor images = data::to_tensor(authors->images.images);
  for (const auto& [head, correct] :
       {std::pair<std::string, Index>{"softmax", 9070}, {"gauss", 8974}, {"duq", 8727}}) {
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      if (sanitized && dtype == Dtype::f64) continue;
      Classifier classifier = authors->load(head);
      classifier.to(dtype);
      Evaluation evaluation;
      evaluation.add(classifier.predict(images.to(dtype)), authors->images.labels);
      CHECK(evaluation.correct == correct);
      CHECK(evaluation.total == 10000);
    }
    CHECK_THROWS_AS(load_classifier(authors->path(head),
                                    {{"model", "lenet"}, {"head", head == "gauss" ? "softmax" : "gauss"}}),
                    const Error&);
  }
}
