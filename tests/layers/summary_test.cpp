#include <voronet/core/operators.h>
#include <voronet/core/text.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/summary.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

class Doubling : public Module {  // that does not say what it computes
  Tensor forward(const Tensor& x) override { return 2 * x; }
};

}  // namespace

TEST_CASE("a summary has a network's layers with their outputs, parameters and products") {
  Random random(1);
  Classifier net({.embedding = 10, .head = "gauss"}, random);
  const NetworkSummary layers = summary(net, net.input_shape());
  CHECK(layers.parameters == 34622 + 110);
  CHECK(layers.multiply_adds == 6 * 25 * 24 * 24 + 6 * 16 * 25 * 8 * 8 + 256 * 120 + 120 * 10 + 100);
  Index parameters = 0;
  for (const LayerSummary& layer : layers.layers) parameters += layer.parameters;
  CHECK(parameters == layers.parameters);
  const LayerSummary& head = layers.layers.back();
  CHECK(head.name == "classifier");
  CHECK(head.kind == "GaussHead");
  CHECK(head.output == Shape{10});
  CHECK(head.parameters == 110);
}

TEST_CASE("what a layer leaves open is marked, and counts as nothing") {
  Doubling layer;
  const NetworkSummary layers = summary(layer, {3});
  CHECK(layers.layers.at(0).kind == "Doubling");
  CHECK(!layers.layers.at(0).multiply_adds);
  CHECK(text(layers) ==
        "layer  kind      output  parameters  mult-adds\n"
        "       Doubling  3                0          ?\n"
        "all                               0          0\n");
}
