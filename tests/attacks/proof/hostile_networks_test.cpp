// Networks on which floats go wrong: whatever bounds say of a value, no evaluation contradicts.
#include "attacks/proof/hostile_networks.h"

#include <voronet/attacks/proof/exact.h>
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

// The corners of the colours, and others in between, bytes or not.
std::vector<std::vector<double>> some_colours(Index channels, Index more, bool bytes, Random& random) {
  const Index corners = Index{1} << channels;
  std::vector<std::vector<double>> colours(static_cast<std::size_t>(corners + more));
  for (Index i = 0; i < corners + more; ++i)
    for (Index c = 0; c < channels; ++c)
      colours[i].push_back(i < corners ? static_cast<double>(i >> c & 1)
                           : bytes     ? static_cast<double>(random.below(256)) / 255
                                       : random.uniform());
  return colours;
}

// A network of small images with parameters of all sizes, and a bias of the image's class that leaves the
// least margin of any pixel's corner a random share of the logits, down to 2^-27.
struct NearTie {
  NearTie(Index channels, Random& random)
      : image{1, 3, 3, channels, std::vector<std::uint8_t>(9 * channels)},
        network({.model = "mlp",
                 .model_width = 8,
                 .embedding = 6,
                 .classes = 3,
                 .height = 3,
                 .width = 3,
                 .channels = channels},
                random) {
    for (std::uint8_t& byte : image.pixels) byte = static_cast<std::uint8_t>(random.below(256));
    for (const State::Entry& entry : network.state().parameters)
      if (random.below(3) == 0) scale_by_power(*entry.tensor, static_cast<int>(random.below(25)) - 12);
    const Tensor logits = evaluated(network, data::to_tensor(image));
    label = argmax(logits)[0];
    const double share = std::ldexp(random.uniform(), -static_cast<int>(random.below(26)) - 2);
    std::vector<double> shift(3);
    shift[label] = max(abs(logits), 1).item() * share - least_margin(random);
    for (const State::Entry& entry : network.state().parameters)
      if (entry.name == "classifier.bias") entry.tensor->assign(entry.tensor->detach() + from(shift, {3}));
  }

  data::Images image;
  Classifier network;
  int label = 0;

 private:
  double least_margin(Random& random) {
    double least = std::numeric_limits<double>::infinity();
    network.to(Dtype::f64);
    for (Index p = 0; p < 9; ++p) {
      const Tensor logits = evaluated(network, with_pixel(data::to_tensor(image, Dtype::f64), p / 3, p % 3,
                                                          some_colours(image.channels, 0, true, random)));
      for (Index i = 0; i < logits.size(); ++i)
        if (i % 3 != label) least = std::min(least, logits.at(i / 3 * 3 + label) - logits.at(i));
    }
    network.to(Dtype::f32);
    return least;
  }
};

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

TEST_CASE("an image that is certified keeps its class in every evaluation, however near a tie it is") {
  int certified = 0, open = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Index channels = between(1, 3, random);
    NearTie near(channels, random);
    const Domain domain = channels == 1 ? Domain::reals : Domain::bytes;
    const Exact exact{.network = std::make_shared<const ProvableNetwork>(near.network),
                      .goal = Goal::flip,
                      .domain = domain,
                      .boxes = 1000};
    const AttackedModel model(near.network);
    const int label = model.predict(near.image).classes[0];
    const AttackRow row = attack(exact, model, near.image, 0, label);
    CHECK_FALSE((row.proof->certified && row.flip()));
    open += !row.proof->certified && !row.flip();
    if (!row.proof->certified) continue;
    ++certified;
    for (const Evaluate& evaluate : evaluations(near.network, {3, 3, channels}, true))
      for (Index p = 0; p < 9; ++p)
        for (const int found :
             argmax(evaluate(with_pixel(data::to_tensor(near.image, Dtype::f64), p / 3, p % 3,
                                        some_colours(channels, 24, domain == Domain::bytes, random))
                                 .to(Dtype::f32))))
          CHECK(found == label);
  }
  CHECK(certified > 15);
  CHECK(open > 2);
}
