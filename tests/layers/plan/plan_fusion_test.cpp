#include <voronet/layers/classifier.h>
#include <voronet/layers/plan/fusion.h>

#include "layers/plan/plan_networks.h"
#include "support/plain.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

using Kind = PlanKind;
using Kinds = std::vector<Kind>;

Random numbers(7);

Tensor any(const Shape& shape) { return uniform(shape, -1, 1, numbers); }

// Tests the steps that are left of a network that is described by a function.
template <class Describe>
PlanGraph fused(const Shape& image, const Describe& describe) {
  PlanBuilder builder(image, Dtype::f32);
  const PlanValue output = describe(builder, builder.input());
  PlanGraph graph = std::move(builder).finish(output);
  fuse(graph);
  return graph;
}

}  // namespace

TEST_CASE("of LeNet, two convolutions, one with its pooling, a pooling and three linears are left") {
  Classifier net({}, numbers);
  const InferencePlan plan(net, net.input_shape(), 1);
  CHECK(kinds(plan.graph()) == Kinds{Kind::convolution, Kind::convolution, Kind::max_pool, Kind::linear,
                                     Kind::linear, Kind::linear});
  CHECK(plan.graph().steps[0].size == (test::plain_build ? 1 : 2));
  CHECK(plan.graph().steps[1].size == 1);
  for (const PlanStep& step : plan.graph().steps)
    if (step.kind != Kind::max_pool)
      CHECK(step.relu == (step.weight.dim(0) != 10 || step.weight.dim(1) == 120));
}

TEST_CASE("a scale and shift goes into the convolution before it, unless something else reads that") {
  const Tensor weight = any({4, 2, 3, 3}), scale = any({4}), shift = any({4});
  CHECK(kinds(fused({6, 6, 2}, [&](PlanBuilder& b, PlanValue x) {
          return b.relu(b.scale_shift(b.convolution(x, weight, {}), scale, shift));
        })) == Kinds{Kind::convolution});
  CHECK(kinds(fused({6, 6, 2}, [&](PlanBuilder& b, PlanValue x) {
          const PlanValue y = b.convolution(x, weight, {});
          return b.add(b.scale_shift(y, scale, shift), y);
        })) == Kinds{Kind::convolution, Kind::elementwise});
  CHECK(kinds(fused({6, 6, 2}, [&](PlanBuilder& b, PlanValue x) {  // not behind a ReLU
          return b.scale_shift(b.relu(b.convolution(x, weight, {})), scale, shift);
        })) == Kinds{Kind::convolution, Kind::elementwise});
}

TEST_CASE("a scale and shift goes into convolutions after it only without padding") {
  const Tensor weight = any({4, 2, 3, 3});
  for (const Index padding : {0, 1})
    CHECK(kinds(fused({6, 6, 2}, [&](PlanBuilder& b, PlanValue x) {
            return b.convolution(b.scale_shift(x, any({2}), any({2})), weight, {}, {.padding = padding});
          })) == (padding == 0 ? Kinds{Kind::convolution} : Kinds{Kind::elementwise, Kind::convolution}));
}

TEST_CASE("a residual and the ReLU behind it go into the later of the two convolutions") {
  for (const Index out : {2, 5}) {
    ResidualBlock block(2, out, 1, numbers);
    const InferencePlan plan(block, {6, 6, 2}, 1);
    CHECK(kinds(plan.graph()) ==
          (out == 2 ? Kinds{Kind::convolution, Kind::convolution} : Kinds(3, Kind::convolution)));
    CHECK(plan.graph().steps.back().residual >= 0);
    CHECK(plan.graph().steps.back().relu);
  }
  // A value added to itself has two readers.
  CHECK(kinds(fused({6, 6, 2}, [](PlanBuilder& b, PlanValue x) {
          const PlanValue y = b.convolution(x, any({2, 2, 1, 1}), {});
          return b.add(y, y);
        })) == Kinds{Kind::convolution, Kind::elementwise});
}

TEST_CASE("a flatten goes away when linears read it, and stays otherwise") {
  const auto flat = [](bool with_linear, bool with_relu) {
    return kinds(fused({2, 3, 4}, [=](PlanBuilder& b, PlanValue x) {
      PlanValue y = b.flatten(x);
      if (with_relu) y = b.relu(y);
      return with_linear ? b.linear(y, any({5, 24}), {}) : y;
    }));
  };
  CHECK(flat(true, false) == Kinds{Kind::linear});
  CHECK(flat(false, false) == Kinds{Kind::flatten});
  CHECK(flat(true, true) == Kinds{Kind::flatten, Kind::elementwise, Kind::linear});
}

TEST_CASE("steps whose result nothing reads go away with what is fused") {
  CHECK(kinds(fused({4}, [](PlanBuilder& b, PlanValue x) {
          b.scale_shift(x, any({4}), {});
          return b.linear(x, any({3, 4}), {});
        })) == Kinds{Kind::linear});
}
