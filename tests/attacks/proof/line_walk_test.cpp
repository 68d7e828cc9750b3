#include <voronet/attacks/proof/line_walk.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>

#include "attacks/proof/provable_networks.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

constexpr int steps = 10000;

// The verdict of the range that holds a value, no where there is none.
FlipVerdict verdict_at(const std::vector<FlipRange>& ranges, double value) {
  for (const FlipRange& range : ranges)
    if (value >= range.from && value <= range.to) return {range.flip, range.confident};
  return {};
}

// How many values from 0 to 1 in equal steps the walk judges as maybe; all others are checked against the
// network in double.
struct Agreement {
  int flips = 0, confident = 0, maybe = 0;
};

// Of all values at once, by bounds alone.
Claim flip_at_once(PixelBounds& bounds, const LogitBounds& head, const FlipRule& rule, Index row,
                   Index column) {
  const ValueRange all{0, 1};
  return judge(head, bounds.features(row, column, {&all, 1}), rule).flip;
}

Agreement check_walk(Module& net, const Head& head, const Tensor& base, Index row, Index column, double tau) {
  net.to(Dtype::f32);
  const Shape image = base.shape().without(0);
  const BoundPlan plan(net, image, head.confidence());
  const BoundPlan::Base forms = plan.base(base.values<double>());
  PixelBounds bounds(plan, forms);
  net.to(Dtype::f64);
  const int label = argmax(evaluated(net, base))[0];
  const PixelWalk walk = walk_line(bounds, plan.head(), {label, tau}, row, column);
  CHECK((flip_at_once(bounds, plan.head(), {label, tau}, row, column) != Claim::no || walk.ranges.empty()));

  std::vector<std::vector<double>> values;
  for (int i = 0; i <= steps; ++i) values.push_back({i / static_cast<double>(steps)});
  const Tensor logits = evaluated(net, with_pixel(base, row, column, values));
  const Tensor confidences = head.confidences(logits);
  const std::vector<int> classes = argmax(logits);
  Agreement seen;
  int wrong = 0;
  for (int i = 0; i <= steps; ++i) {
    const FlipVerdict verdict = verdict_at(walk.ranges, values[i][0]);
    const bool flips = classes[i] != label;
    const bool confident = flips && confidences.at(i * logits.dim(1) + classes[i]) > tau;
    seen.flips += flips;
    seen.confident += confident;
    seen.maybe += verdict.flip == Claim::maybe || (flips && verdict.confident == Claim::maybe);
    wrong += verdict.flip != Claim::maybe && (verdict.flip == Claim::yes) != flips;
    wrong += verdict.flip == Claim::yes && verdict.confident != Claim::maybe &&
             (verdict.confident == Claim::yes) != confident;
  }
  CHECK(wrong == 0);
  return seen;
}

// Makes the classes near equal at these features, so that a pixel can tip them.
void balance(Head& head, const Tensor& features, Random& random) {
  if (auto* softmax_head = dynamic_cast<SoftmaxHead*>(&head)) {
    softmax_head->bias.assign(
        from(std::vector<double>(softmax_head->bias.size()), softmax_head->bias.shape()));
    const Tensor logits = evaluated(head, features);
    softmax_head->bias.assign(uniform(softmax_head->bias.shape(), -0.1, 0.1, random) -
                              reshape(logits, softmax_head->bias.shape()));
  } else if (auto* gauss_head = dynamic_cast<GaussHead*>(&head)) {
    gauss_head->weight.assign(features + uniform(gauss_head->weight.shape(), -0.7, 0.7, random));
  }
}

}  // namespace

TEST_CASE("a walk along the line says what dense sampling says: random networks, pixels and heads") {
  Agreement all;
  int partly = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Shape image{between(2, 4, random), between(2, 4, random), 1};  // so that one pixel weighs
    Sequential net;
    net.add(ScaleShift(1, random));
    net.add(Normalize(std::vector{0.5}, std::vector{0.1}));
    Tensor x = evaluated(net, zeros(batch_shape(1, image)));
    const auto add = [&](std::unique_ptr<Module> layer) {
      x = evaluated(*layer, x);
      net.add(std::move(layer));
    };
    for (Index i = between(1, 3, random); i > 0; --i) add(provable_image_layer(x.shape().without(0), random));
    add(std::make_unique<Flatten>());
    add(std::make_unique<Linear>(x.dim(1), 8, random));
    add(std::make_unique<ReLU>());
    auto head = random_head(8, between(2, 5, random), random);
    const Head& last = *head;
    const Tensor base = uniform(batch_shape(1, image), 0, 1, random, Dtype::f64);
    balance(*head, evaluated(net, base.to(Dtype::f32)), random);
    net.add(std::move(head));
    const double tau = random.below(2) ? 0.1 : random.uniform(0.2, 0.9);
    const Agreement seen = check_walk(net, last, base, random.below(image[0]), random.below(image[1]), tau);
    partly += seen.flips > 0;
    all.maybe += seen.maybe;
    all.flips += seen.flips;
    all.confident += seen.confident;
  }
  CHECK(all.maybe < 50 * steps / 1000);  // a few wide ones, where a confidence hardly moves from tau
  CHECK(partly > 5);
  CHECK(all.confident > 1000);
  CHECK(all.flips - all.confident > 1000);
}

TEST_CASE("the ends of ranges are where classes change, and neighbours of one verdict are one range") {
  // relu(v - .25) against .25: class 1 from .5 on.
  Random random;
  Sequential net;
  net.add(Flatten());
  auto hidden = std::make_unique<Linear>(1, 1, random);
  hidden->weight.assign(from({1}, {1, 1}));
  hidden->bias.assign(from({-0.25}, {1}));
  net.add(std::move(hidden));
  net.add(ReLU());
  auto head = std::make_unique<SoftmaxHead>(1, 2, random);
  head->weight.assign(from({0, 1}, {2, 1}));
  head->bias.assign(from({0.25, 0}, {2}));
  net.add(std::move(head));
  const BoundPlan plan(net, {1, 1, 1}, Head::Confidence::softmax);
  const BoundPlan::Base base = plan.base(std::vector<double>{0});
  PixelBounds bounds(plan, base);
  const PixelWalk walk = walk_line(bounds, plan.head(), {0}, 0, 0);
  CHECK(flip_at_once(bounds, plan.head(), {0}, 0, 0) == Claim::maybe);
  REQUIRE(walk.ranges.size() == 2);  // a sliver within the rounding of floats, then the flips
  CHECK(walk.ranges[0].flip == Claim::maybe);
  CHECK(walk.ranges[0].from == doctest::Approx(0.5).epsilon(1e-5));
  CHECK(walk.ranges[0].to - walk.ranges[0].from < 1e-5);
  CHECK(walk.ranges[1].flip == Claim::yes);
  CHECK(walk.ranges[1].from == walk.ranges[0].to);
  CHECK(walk.ranges[1].to == 1);
}

TEST_CASE("a confidence that is tau all along a pixel ends the walk, and stays open") {
  Random random(1);
  Sequential net;
  net.add(Flatten());
  SoftmaxHead head(1, 3, random);
  head.weight.assign(from({-200, 0, 0}, {3, 1}));
  head.bias.assign(from({20, 0, 0}, {3}));
  net.add(std::move(head));
  const BoundPlan plan(net, {1, 1, 1}, Head::Confidence::softmax);
  const BoundPlan::Base base = plan.base(std::vector<double>{0});
  PixelBounds bounds(plan, base);
  const PixelWalk walk = walk_line(bounds, plan.head(), {0, 0.5}, 0, 0);
  CHECK(walk.cuts.size() <= 4096);
  CHECK(walk.ranges.back().to == 1);
  CHECK(walk.ranges.back().flip == Claim::yes);
  CHECK(walk.ranges.back().confident == Claim::maybe);
}
