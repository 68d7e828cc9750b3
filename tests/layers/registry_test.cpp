#include <voronet/core/error.h>
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/registry.h>

#include <algorithm>

#include <doctest/doctest.h>

using namespace voronet;

// That what is registered works is shown by tests/package/own.cpp, in a process of its own: here it would be
// among the models and heads that other tests go through.

TEST_CASE("a name is registered once, with what makes it") {
  const MakeHead make = [](const ClassifierConfig& c, Random& random) {
    return std::make_unique<SoftmaxHead>(c.embedding, c.classes, random);
  };
  CHECK_THROWS_WITH_AS(register_head("gauss", make), "register_head: there is a head called gauss already",
                       Error);
  CHECK_THROWS_WITH_AS(register_head("", make), "register_head: a head needs a name", Error);
  CHECK_THROWS_WITH_AS(register_head("own", {}), "register_head: own has no function that makes it", Error);
  CHECK_THROWS_WITH_AS(register_model("vgg16", registered_model("lenet")),
                       "register_model: there is a model called vgg16 already", Error);
  CHECK_THROWS_WITH_AS(register_model("own", {}), "register_model: own has no function that makes it", Error);
  const std::vector<std::string> names = heads();
  CHECK(std::find(names.begin(), names.end(), "own") == names.end());
}

TEST_CASE("a checkpoint of a network that is not registered says what is missing") {
  const TemporaryFolder folder;
  Random random(1);
  Classifier net({}, random);
  TensorFile file = save_classifier(net);
  file.metadata["model"] = "strided";
  write_safetensors(folder / "own.safetensors", file);
  CHECK_THROWS_WITH_AS(load_classifier(folder / "own.safetensors"),
                       ((folder / "own.safetensors").string() +
                        ": its model is strided, of which this program knows nothing: register_model adds it")
                           .c_str(),
                       Error);
  file.metadata["model"] = "lenet";
  file.metadata["head"] = "voronoi";
  write_safetensors(folder / "own.safetensors", file);
  CHECK_THROWS_WITH_AS(load_classifier(folder / "own.safetensors"),
                       ((folder / "own.safetensors").string() +
                        ": its head is voronoi, of which this program knows nothing: register_head adds it")
                           .c_str(),
                       Error);
}
