#include <voronet/layers/checkpoint.h>
#include <voronet/layers/networks/graph_network.h>
#include <voronet/layers/plan/graph_text.h>
#include <voronet/layers/plan/inference_plan.h>

#include "layers/plan/random_network.h"
#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// A branching graph: two convolutions, one behind a padding, added; their channels beside the input's.
PlanGraph branching(Random& random) {
  PlanBuilder builder({6, 5, 2}, Dtype::f32);
  const auto weights = [&](const Shape& shape) { return uniform(shape, -0.5, 0.5, random); };
  const PlanValue x = builder.input();
  const PlanValue wide = builder.pad(x, {1, 0, 1, 2});
  const PlanValue a = builder.convolution(wide, weights({3, 2, 3, 3}), weights({3}));
  const PlanValue b = builder.convolution(x, weights({3, 2, 1, 1}), {});
  const PlanValue sum = builder.relu(builder.add(a, b));
  const PlanValue all = builder.concat(sum, builder.function(x, {.kind = Function::Kind::tanh}));
  const PlanValue map = builder.scale_shift(all, weights({6, 5, 5}), weights({6, 5, 5}));
  const PlanValue y = builder.linear(builder.flatten(builder.max_pool(map)), weights({4, 30}), weights({4}));
  PlanGraph graph = std::move(builder).finish(y);
  graph.steps[1].name = "wide";
  return graph;
}

}  // namespace

TEST_CASE("a network that is a graph computes what its plan does, and is the same again from its text") {
  Random random(1);
  GraphNetwork network(branching(random));
  const Tensor x = uniform({3, 6, 5, 2}, -1, 1, random);
  const Tensor y = evaluated(network, x);
  CHECK(y.shape() == Shape{3, 4});
  CHECK(distance(InferencePlan(network, {6, 5, 2}, 3).run(x), y) < 1e-6);
  const std::string line = plan::to_text(network.graph());
  CHECK(line.starts_with(
      "6x5x2; pad 0 top=1 bottom=1 right=2; convolution 1 weight=3x2x3x3 bias=3 name=wide; "));
  GraphNetwork again(plan::graph_of_text(line, 1000));
  CHECK(plan::to_text(again.graph()) == line);
  load_state(again, save_state(network), "the network");
  CHECK(evaluated(again, x).to_vector() == y.to_vector());
}

TEST_CASE("random graphs are the same again from their texts") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto network =
        graph_layer({between(1, 5, random), between(1, 5, random), between(1, 3, random)}, random);
    const std::string line = plan::to_text(dynamic_cast<GraphNetwork&>(*network).graph());
    CHECK(plan::to_text(plan::graph_of_text(line, 1000)) == line);
  }
}

TEST_CASE("a graph's text that is none is refused, before its numbers take memory") {
  const auto refused = [](const std::string& line, const char* why) {
    CHECK_THROWS_WITH_AS(plan::graph_of_text(line, 100), doctest::Contains(why), Error);
  };
  refused("", "is none");
  refused("4", "is none");
  refused("4; 5", "no value 5");
  refused("4; -1", "no value -1");
  refused("x; 0", "no shape");
  refused("1x2x3x4x5x6x7; 0", "");
  refused("4; dance 0; 1", "is no step");
  refused("4; linear; 1", "is no step");
  refused("4; linear 0 weight=2x4; 9", "no value 9");
  refused("4; linear 1 weight=2x4; 1", "no value 1 yet");
  refused("4; linear 0 weight=1000000x1000000; 1", "more numbers than");
  refused("4; linear 0 weight=2x5; 1", "plan: linear of features (4) with weight (2, 5)");
  refused("4; linear 0 weight=2x4 colour=red; 1", "nothing is known of colour");
  refused("4; function 0 function=sine; 1", "no function is called 'sine'");
  refused("4; function 0 function=leaky_relu slope=7; 1", "outside [0, 1]");
  refused("4x4x1; pad 0 top=-1; 1", "padding by -1");
  refused("4x4x1; concat 0; 1", "of one value");
  refused("4; elementwise 0 weight=4 relu; 1", "is not one step");
  refused("4x4x1; convolution 0 weight=1x1x9x9; 1", "convolution");
}
