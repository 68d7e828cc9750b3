// The examples of the READMEs are files of this folder, word for word.
#include <voronet/core/file.h>
#include <voronet/core/random.h>
#include <voronet/layers/plan/inference_plan.h>

#include "gradients/gradient_check.h"
#include "readme/readme_layer.h"
#include "readme/readme_operator.h"
#include "readme/readme_optimizer.h"
#include "readme/readme_proof.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

std::string source(const std::string& path) { return read_file(VORONET_SOURCE_DIR "/" + path); }

std::string code_block(const std::string& code) { return "```cpp\n" + code + "```\n"; }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the program in README.md is the one that the package test builds") {
  CHECK(contains(source("README.md"), code_block(source("tests/package/example.cpp"))));
}

TEST_CASE("the operator that core/README.md adds is the one that the tests compile and check") {
  CHECK(contains(source("core/README.md"), code_block(source("tests/readme/readme_operator.h"))));
  const Tensor x = from({-3, 0.5, 1}, {3}, Dtype::f64);
  CHECK(softsign(x).to_vector() == std::vector<double>{-0.75, 1.0 / 3, 0.5});
  CHECK(gradient_mistake({"softsign", {x}, [](const Tensors& inputs) { return softsign(inputs[0]); }}) == "");
  CHECK_THROWS_WITH_AS(softsign(Tensor()), "softsign: undefined tensor", Error);
}

TEST_CASE("the layer that layers/README.md adds is the one that the tests compile and check") {
  const std::string readme = source("layers/README.md");
  CHECK(contains(readme, code_block(source("tests/readme/readme_layer.h"))));
  const std::string line = "      layer(any(features), std::make_shared<Scale>(3)),\n";
  CHECK(contains(readme, code_block(line)));
  CHECK(contains(source("tests/gradients/gradient_layers_test.cpp"), line));
  Scale scale(2);
  scale.gain.assign(from({2, 3}, {2}));
  const Tensor x = from({1, 10}, {1, 2});
  CHECK(scale(x).to_vector() == std::vector<double>{2, 30});
  const InferencePlan plan(scale, {2}, 1);
  CHECK(plan.graph().steps.at(0).kind == PlanKind::elementwise);
  CHECK(plan.run(x).to_vector() == std::vector<double>{2, 30});
}

TEST_CASE("the optimiser that optim/README.md adds is the one that the tests compile, and it works") {
  CHECK(contains(source("optim/README.md"), code_block(source("tests/readme/readme_optimizer.h"))));
  const Tensor parameter = from({1, 2, 4}, {3});
  SignSgd optimizer({{{parameter}, 0.5}}, 0.25);
  optimizer.step({from({7, -3, -2}, {3})});
  CHECK(parameter.to_vector() == std::vector<double>{0.75, 2.25, 4});
}

TEST_CASE("the proof that theory/README.md walks through is the one that the tests compile, and it holds") {
  CHECK(contains(source("theory/README.md"), code_block(source("tests/readme/readme_proof.h"))));
  Random random(1);
  const auto gaussian = [&](Shape shape) { return normal(shape, 0, 1, random, Dtype::f64); };
  const std::vector<double> errors = proof(gaussian({5, 4}), gaussian({5}), gaussian({100, 4}));
  CHECK(errors.size() == 4);
  for (const double error : errors) CHECK(error < 1e-12);
  CHECK(proof(gaussian({5, 2}), gaussian({5}), gaussian({100, 2}))[0] > 1e-3);  // too few features for T1
}
