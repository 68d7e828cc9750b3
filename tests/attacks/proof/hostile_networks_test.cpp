// Networks on which floats go wrong: whatever bounds say of a value, no evaluation contradicts.
#include "attacks/proof/hostile_networks.h"

#include <voronet/layers/plan/inference_plan.h>

#include <functional>

#include "support/ordered_floats.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

using Evaluate = std::function<Tensor(const Tensor& images)>;  // (n, h, w, c) in float -> logits

// Everybody who may evaluate it: unfolded, folded, in other orders of summation.
std::vector<Evaluate> evaluations(Module& network, const Shape& image, bool in_other_orders) {
  std::vector<Evaluate> all;
  all.push_back([&](const Tensor& images) { return evaluated(network, images); });
  for (const Index batch : {1, 64})
    all.push_back(
        [plan = std::make_shared<InferencePlan>(network, image, batch), batch](const Tensor& images) {
          Tensors logits;
          for (Index i = 0; i < images.dim(0); i += batch)
            logits.push_back(plan->run(slice(images, 0, i, std::min(i + batch, images.dim(0)))));
          return concat(logits, 0);
        });
  if (!in_other_orders) return all;
  using Order = OrderedFloats::Order;
  for (const Order order : {Order::first_to_last, Order::last_to_first, Order::largest_first,
                            Order::smallest_first, Order::shuffled})
    for (const bool flush : {false, true})
      all.push_back([graph = graph_of(network, image), order, flush](const Tensor& images) {
        std::vector<double> logits;
        for (Index i = 0; i < images.dim(0); ++i) {
          const std::vector<double> values = slice(images, 0, i, i + 1).to_vector();
          const auto of_one = OrderedFloats{order, flush}(graph, {values.begin(), values.end()});
          logits.insert(logits.end(), of_one.begin(), of_one.end());
        }
        return from(logits, {images.dim(0), std::ssize(logits) / images.dim(0)}, Dtype::f64);
      });
  return all;
}

struct Verdicts {
  int stays = 0, flips = 0, open = 0;

  int decided() const { return stays + flips; }
};

// Checks that nobody contradicts, and counts what bounds say.
Verdicts check(const Hostile& hostile, bool in_other_orders = true) {
  CAPTURE(hostile.name);
  Verdicts verdicts;
  for (const Tensor& base : hostile.images) {
    const std::vector<Evaluate> everybody =
        evaluations(*hostile.network, base.shape().without(0), in_other_orders);
    for (const PixelClaims& pixel : claims_of(hostile, base)) {
      for (const Claim claim : pixel.claims) {
        CHECK((!pixel.never || claim == Claim::no));
        verdicts.stays += claim == Claim::no;
        verdicts.flips += claim == Claim::yes;
        verdicts.open += claim == Claim::maybe;
      }
      for (const Evaluate& evaluate : everybody) CHECK(pixel.wrong(argmax(evaluate(pixel.images))) == 0);
    }
  }
  return verdicts;
}

}  // namespace

TEST_CASE("what may overflow a float is never decided, in any kind of layer") {
  for (const Hostile& each : overflowing()) {
    const Verdicts verdicts = check(each);
    CHECK(verdicts.open >= 9);
    CHECK(verdicts.flips == 0);
  }
}

TEST_CASE("what cancels in exact arithmetic and not in floats is left open") {
  int open = 0;
  for (const Hostile& each : cancelling()) open += check(each).open;
  CHECK(open > 200);
}

TEST_CASE("a LeNet scaled so that numbers become too small for floats is never decided wrongly") {
  int decided = 0;
  for (const Hostile& each : underflowing()) {
    const Verdicts verdicts = check(each);
    if (each.name == "underflow 0") CHECK(verdicts.open < 12);
    decided += verdicts.decided();
  }
  CHECK(decided > 100);
}

TEST_CASE("a thousand classes and a sum of 22,500 are decided, and rightly") {
  const Verdicts classes = check(of_a_thousand_classes());
  CHECK(classes.decided() > classes.open);
  CHECK(check(of_long_sums()).decided() > 0);
}

TEST_CASE("networks whose parameters are of all sizes are never decided wrongly") {
  int stays = 0, open = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Verdicts seen = check(of_all_sizes(seed));
    stays += seen.stays, open += seen.open;
  }
  CHECK(stays > 1000);
  CHECK(open > 50);
}

TEST_CASE("ResNet18 of width 16, with trained batch-norms and Winograd's algorithm, is not decided wrongly") {
  int decided = 0, open = 0;
  for (const Hostile& each : of_residual_blocks()) {
    const BoundPlan plan(*each.network, {32, 32, 3}, each.confidence);
    CHECK(std::ranges::count_if(plan.roundings(),
                                [](const StepRounding& of) { return !of.winograd.empty(); }) > 10);
    const Verdicts verdicts = check(each, false);
    decided += verdicts.decided(), open += verdicts.open;
    if (each.name == "resnet18 0.01") CHECK(verdicts.open == 0);
  }
  CHECK(decided > 20);
  CHECK(open > 10);
}
