#include <voronet/layers/classifier.h>
#include <voronet/layers/plan/margin_bounds.h>
#include <voronet/layers/plan/range_pass.h>
#include <voronet/layers/plan/tight_ranges.h>

#include <limits>

#include "attacks/proof/provable_networks.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

constexpr double millionth = 0x1p-20;  // of the rounding of floats, for that of doubles
// Enough, whatever the rounding is: from the front.
constexpr double of_front = std::numeric_limits<double>::infinity();

// A box within [0, 1]^channels, or one value of each.
std::vector<ValueRange> random_box(Index channels, Random& random) {
  std::vector<ValueRange> box;
  const double side = random.below(3) == 0 ? 0 : random.uniform();
  for (Index k = 0; k < channels; ++k) {
    const double low = random.uniform(0, 1 - side);
    box.push_back({low, low + side});
  }
  return box;
}

// Colours in the box, its corners among them.
std::vector<std::vector<double>> colours_in(const std::vector<ValueRange>& box, Random& random) {
  std::vector<std::vector<double>> colours(24);
  for (auto& colour : colours)
    for (const auto& [low, high] : box)
      colour.push_back(random.below(3) == 0 ? (random.below(2) ? low : high) : random.uniform(low, high));
  return colours;
}

double at(const LinearBound& margin, const std::vector<ValueRange>& box, const std::vector<double>& colour) {
  double value = margin.constant;
  for (std::size_t k = 0; k < box.size(); ++k)
    if (const double side = box[k].high - box[k].low; side > 0)
      value += margin.slopes[k] * (2 * colour[k] - box[k].low - box[k].high) / side;
  return value;
}

// The label's logit less the rival's, of each image.
std::vector<double> margins(Module& net, const Tensor& images, int label, int rival) {
  const Tensor logits = evaluated(net, images);
  std::vector<double> all;
  for (Index i = 0; i < logits.dim(0); ++i)
    all.push_back(logits.at(i * logits.dim(1) + label) - logits.at(i * logits.dim(1) + rival));
  return all;
}

// What bounds of a softmax network's margins are made of, about a base image.
struct Planned {
  Planned(Sequential& net, const Shape& image, Tensor batch)
      : plan(net, image, Head::Confidence::softmax),
        margin_plan(plan),
        base(std::move(batch)),
        forms(plan.base(base.values<double>())),
        packed(margin_plan.base(forms)),
        bounds(plan, forms) {}

  BoundPlan plan;
  MarginPlan margin_plan;
  Tensor base;
  BoundPlan::Base forms;
  MarginPlan::Base packed;
  PixelBounds bounds;
};

// Of two classes: a convolution, then so many layers of so many neurons. One in four bends by tanh first.
Sequential deep_network(const Shape& image, Index wide, int layers, Random& random) {
  Sequential net;
  net.add("first", Conv2d(image[2], 6, 3, random, {.padding = 1}));
  if (random.below(4) == 0)
    net.add("bend", Tanh());
  else
    net.add("bend", ReLU());
  net.add("flatten", Flatten());
  for (int i = 0; i < layers; ++i) {
    net.add(text("linear", i), Linear(i == 0 ? image[0] * image[1] * 6 : wide, wide, random));
    net.add(text("relu", i), ReLU());
  }
  net.add("head", SoftmaxHead(wide, 2, random));
  return net;
}

}  // namespace

TEST_CASE("margins of sampled colours lie within their bounds from the back, in double and in float") {
  Index networks = 0;
  double tighter = 0, rounds_less = 0, compared = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Shape image{between(4, 11, random), between(4, 11, random), between(1, 3, random)};
    const auto net = provable_network(image, random);
    const BoundPlan plan(*net, image, Head::Confidence::softmax);
    if (!MarginPlan::possible(plan)) continue;
    ++networks;
    const Tensor base = uniform(batch_shape(1, image), 0, 1, random, Dtype::f64);
    const BoundPlan::Base forms = plan.base(base.values<double>());
    const MarginPlan margin_plan(plan);
    const MarginPlan::Base packed = margin_plan.base(forms);
    const int classes = plan.head().classes();
    const int label = static_cast<int>(random.below(classes)),
              rival = static_cast<int>((label + 1 + random.below(classes - 1)) % classes);
    PixelBounds bounds(plan, forms);
    MarginBounds from_back(margin_plan, packed, label);
    for (int trial = 0; trial < 4; ++trial) {
      const Index row = random.below(image[0]), column = random.below(image[1]);
      const std::vector<ValueRange> all(image[2], {0, 1}), box = random_box(image[2], random);
      bounds.features(row, column, all);
      REQUIRE(from_back.place(bounds));
      if (seed % 2 == 1) from_back.tighten();
      const AffineForms& features = bounds.features(row, column, box);
      MarginRanges of_box = from_back.ranges(box, from_back.all());
      if (seed % 4 > 1) from_back.tighten(box, of_box);
      const LinearBound loose = from_back.margin(rival, box, from_back.all(), Tight::both),
                        tight = from_back.margin(rival, box, of_box, Tight::both),
                        below = from_back.margin(rival, box, of_box, Tight::below);
      const QuadraticBound forward = plan.head().difference(features, label, rival);
      const auto colours = colours_in(box, random);
      const Tensor changed = with_pixel(base, row, column, colours);
      net->to(Dtype::f64);
      const std::vector<double> exact = margins(*net, changed, label, rival);
      net->to(Dtype::f32);
      const std::vector<double> floats = margins(*net, changed.to(Dtype::f32), label, rival);
      const double rounding = from_back.rounding(rival, from_back.all(), of_front) * (1 + 2 * millionth),
                   rounding_of_box = from_back.rounding(rival, of_box, of_front) * (1 + 2 * millionth),
                   refined = from_back.rounding(rival, of_box, 0) * (1 + 2 * millionth);
      for (const LinearBound& margin : {loose, tight, below})
        for (std::size_t i = 0; i < colours.size(); ++i) {
          const double value = at(margin, box, colours[i]), noise = margin.noise + rounding * millionth;
          CHECK(std::abs(exact[i] - value) <= noise);
          CHECK(std::abs(floats[i] - value) <= noise + rounding);
          CHECK(std::abs(floats[i] - exact[i]) <= refined);
        }
      CHECK(refined <= rounding_of_box);
      CHECK(rounding_of_box <= rounding * (1 + millionth));
      rounds_less += rounding_of_box < 0.9 * rounding;
      CHECK(tight.noise <= loose.noise * (1 + millionth) + rounding * millionth);
      double spread = 0;
      for (const double slope : tight.slopes) spread += std::abs(slope);
      CHECK(tight.constant - spread - tight.noise <= forward.upper());
      CHECK(tight.constant + spread + tight.noise >= forward.lower());
      tighter += spread + tight.noise + rounding <= 1.001 * (forward.upper() - forward.lower()) / 2;
      ++compared;
    }
  }
  CHECK(networks > 150);
  CHECK(tighter > 0.8 * compared);
  CHECK(rounds_less > 20);
}

TEST_CASE("roundings of margins hold what Winograd's algorithm makes of convolutions") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Shape image{14, 13, 3};
    Sequential net;
    net.add("first", Conv2d(3, 16, 3, random, {.padding = 1}));
    net.add("relu", ReLU());
    net.add("second", Conv2d(16, 20, 3, random, {.padding = between(0, 1, random)}));
    net.add("bend", ReLU());
    net.add("mean", GlobalAverage());
    net.add("head", SoftmaxHead(20, 3, random));
    // Bright on one side, so that tiles differ in what they read.
    std::vector<double> pixels = uniform(image, 0, 1, random, Dtype::f64).to_vector();
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] *= i % (13 * 3) < 18 ? 1e-3 : 1;
    Planned planned(net, image, from(pixels, batch_shape(1, image)).to(Dtype::f64));
    REQUIRE(std::ranges::any_of(planned.plan.roundings(),
                                [](const StepRounding& of) { return !of.winograd.empty(); }));
    MarginBounds from_back(planned.margin_plan, planned.packed, 0);
    const Index row = random.below(14), column = random.below(13);
    const std::vector<ValueRange> all(3, {0, 1});
    const AffineForms& features = planned.bounds.features(row, column, all);
    const double merged = planned.plan.head().difference(features, 0, 1).rounding;
    REQUIRE(from_back.place(planned.bounds));
    const Tensor changed = with_pixel(planned.base, row, column, colours_in(all, random));
    net.to(Dtype::f64);
    const std::vector<double> exact = margins(net, changed, 0, 1);
    net.to(Dtype::f32);
    const Tensor floats = InferencePlan(net, image, changed.dim(0)).run(changed.to(Dtype::f32));
    for (Index i = 0; i < changed.dim(0); ++i)
      CHECK(std::abs(floats.at(i * 3) - floats.at(i * 3 + 1) - exact[i]) <=
            from_back.rounding(1, from_back.all(), of_front));
    CHECK(from_back.rounding(1, from_back.all(), of_front) < 1.1 * merged);
  }
}

TEST_CASE(
    "roundings of one image of a deep network are far less where they are followed back to each value") {
  const Shape image{5, 4, 3};
  Index far_less = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Sequential net = deep_network(image, 40, 12, random);
    Planned planned(net, image, uniform(batch_shape(1, image), 0, 1, random, Dtype::f64));
    const Index row = random.below(5), column = random.below(4);
    const std::vector<double> colour{random.uniform(), random.uniform(), random.uniform()};
    planned.bounds.features(
        row, column,
        std::vector<ValueRange>{{colour[0], colour[0]}, {colour[1], colour[1]}, {colour[2], colour[2]}});
    const MarginPlace place(planned.margin_plan, planned.packed, planned.bounds);
    REQUIRE(place.finite());
    MarginRoundings roundings(planned.margin_plan, planned.packed, 0);
    roundings.place(place);
    const double coarse = roundings.of(1, place.ranges);
    roundings.refine();
    const double fine = roundings.of(1, place.ranges);
    const Tensor changed = with_pixel(planned.base, row, column, {colour});
    net.to(Dtype::f64);
    const double exact = margins(net, changed, 0, 1).front();
    net.to(Dtype::f32);
    CHECK(std::abs(margins(net, changed.to(Dtype::f32), 0, 1).front() - exact) <= fine);
    CHECK(fine <= coarse);
    far_less += fine < coarse / 20;
    roundings.place(place);
    CHECK(roundings.of(1, place.ranges) == coarse);
  }
  CHECK(far_less > 5);  // the others have no value that may be on either side of its bend
}

TEST_CASE("ranges of a deep network from the back are far narrower, and hold what colours make of values") {
  const Shape image{6, 5, 3};
  Index narrower = 0, rounds_less = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Sequential net = deep_network(image, 30, 10, random);
    Planned planned(net, image, uniform(batch_shape(1, image), 0, 1, random, Dtype::f64));
    const Index row = random.below(6), column = random.below(5);
    const std::vector<ValueRange> all(3, {0, 1}), box = random_box(3, random);
    planned.bounds.features(row, column, all);
    MarginPlace place(planned.margin_plan, planned.packed, planned.bounds);
    const MarginRanges of_front = place.ranges;
    BackPass<8> pass;
    tighten(place, all, place.ranges, pass);
    std::vector<double> forms;
    MarginRanges of_box = range_pass(place, box, place.ranges, forms);
    tighten(place, box, of_box, pass);

    const int output = planned.plan.graph().output;
    double wide_before = 0, wide = 0;
    for (Index p = place.maps.begin(output); p < place.maps.end(output); ++p) {
      wide_before += of_front[p].high - of_front[p].low;
      wide += place.ranges[p].high - place.ranges[p].low;
    }
    narrower += wide < wide_before / 10;

    MarginRoundings roundings(planned.margin_plan, planned.packed, 0);
    roundings.place(place);
    const double coarse = roundings.of(1, place.ranges), coarse_of_box = roundings.of(1, of_box);
    roundings.refine();
    const double fine = roundings.of(1, place.ranges), of_fine = roundings.of(1, of_box);
    roundings.refine(of_box);
    const double fine_of_box = roundings.of(1, of_box);
    CHECK(fine <= coarse);
    CHECK(of_fine <= coarse_of_box);
    CHECK(fine_of_box <= of_fine * (1 + millionth));
    CHECK(roundings.of(1, place.ranges) == fine);
    rounds_less += fine_of_box < coarse / 20;

    const auto check = [&](const std::vector<ValueRange>& colours, const MarginRanges& ranges,
                           double rounding) {
      const Tensor changed = with_pixel(planned.base, row, column, colours_in(colours, random));
      for (Index i = 0; i < changed.dim(0); ++i) {
        const Index size = image[0] * image[1] * image[2];
        const std::span<const double> pixels(changed.values<double>().data() + i * size, size);
        const MarginPlan::Base exact = planned.margin_plan.base(planned.plan.base(pixels));
        for (int value = 1; value < std::ssize(planned.plan.maps()); ++value)
          place.maps.for_each(value, [&](Index e, Index p) {
            const double before = exact.before[planned.margin_plan.whole().begin(value) + e];
            CHECK(before >= ranges[p].low - 1e-12);
            CHECK(before <= ranges[p].high + 1e-12);
          });
      }
      net.to(Dtype::f64);
      const std::vector<double> exact = margins(net, changed, 0, 1);
      net.to(Dtype::f32);
      const std::vector<double> floats = margins(net, changed.to(Dtype::f32), 0, 1);
      for (std::size_t i = 0; i < exact.size(); ++i) CHECK(std::abs(floats[i] - exact[i]) <= rounding);
    };
    check(all, place.ranges, fine);
    check(box, of_box, fine_of_box);
  }
  CHECK(narrower > 6);
  CHECK(rounds_less > 6);
}

TEST_CASE("sums that are off by all that they may, at worst, come near their margin's rounding") {
  const Shape image{10, 6, 1};
  constexpr Index wide = 40, layers = 8, inputs = 60;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Sequential net;
    net.add("flatten", Flatten());
    for (Index i = 0; i < layers; ++i) {
      net.add(text("linear", i), Linear(i == 0 ? inputs : wide, wide, random));
      net.add(text("relu", i), ReLU());
    }
    net.add("head", SoftmaxHead(wide, 2, random));
    Planned planned(net, image, uniform(batch_shape(1, image), 0, 1, random, Dtype::f64));
    planned.bounds.features(1, 2, std::vector<ValueRange>(1, {1, 1}));
    const MarginPlace place(planned.margin_plan, planned.packed, planned.bounds);
    MarginRoundings roundings(planned.margin_plan, planned.packed, 0);
    roundings.place(place);
    roundings.refine();
    const double bound = roundings.of(1, place.ranges);

    std::vector<std::vector<double>> weights;
    for (const State::Entry& entry : net.state().parameters) weights.push_back(entry.tensor->to_vector());
    std::vector<StepRounding> own;
    for (std::size_t i = 0; i < planned.plan.graph().steps.size(); ++i)
      if (planned.plan.graph().steps[i].kind == PlanKind::linear) own.push_back(planned.plan.roundings()[i]);
    REQUIRE(own.size() == layers);
    const std::vector<double> pixels = with_pixel(planned.base, 1, 2, {{1}}).to_vector();
    // The margin, where each sum is off by all that it may, up or down; and the sums, and the features.
    std::vector<std::vector<double>> sums(layers), up(layers, std::vector<double>(wide));
    std::vector<double> features;
    const auto margin = [&] {
      std::vector<double> x = pixels;
      for (Index i = 0; i < layers; ++i) {
        sums[i] = weights[2 * i + 1];
        for (Index o = 0; o < wide; ++o) {
          sums[i][o] += up[i][o] * own[i].offset[o];
          for (std::size_t j = 0; j < x.size(); ++j) {
            const double product = weights[2 * i][o * x.size() + j] * x[j];
            sums[i][o] += product + up[i][o] * own[i].sum * std::abs(product);
          }
        }
        x = sums[i];
        for (double& value : x) value = std::max(value, 0.0);
      }
      features = x;
      double result = weights[2 * layers + 1][0] - weights[2 * layers + 1][1];
      for (Index j = 0; j < wide; ++j)
        result += (weights[2 * layers][j] - weights[2 * layers][wide + j]) * x[j];
      return result;
    };
    const double exact = margin();
    std::vector<double> pull(wide);
    for (Index j = 0; j < wide; ++j) pull[j] = weights[2 * layers][j] - weights[2 * layers][wide + j];
    for (Index i = layers; i-- > 0;) {
      const Index reads = i == 0 ? inputs : wide;
      std::vector<double> before(reads);
      for (Index o = 0; o < wide; ++o) {
        if (sums[i][o] <= 0) continue;
        up[i][o] = pull[o] > 0 ? -1 : 1;
        for (Index j = 0; j < reads; ++j) before[j] += pull[o] * weights[2 * i][o * reads + j];
      }
      pull = before;
    }
    const double fallen = exact - margin() + planned.plan.head().own_rounding(features, 0, 1);
    CHECK(fallen <= bound);
    CHECK(fallen > 0.8 * bound);
  }
}

TEST_CASE("an overflow on the way leaves no margins") {
  Random random(1);
  Sequential net;
  net.add("flatten", Flatten());
  net.add("first", Linear(12, 3, random));
  net.add("second", Linear(3, 3, random));
  net.add("head", SoftmaxHead(3, 2, random));
  for (const State::Entry& entry : net.state().parameters)
    entry.tensor->assign(full(entry.tensor->shape(), 0x1p60));
  Planned planned(net, {2, 2, 3}, full({1, 2, 2, 3}, 0.5, Dtype::f64));
  MarginBounds from_back(planned.margin_plan, planned.packed, 0);
  planned.bounds.features(0, 0, std::vector<ValueRange>(3, {0, 1}));
  CHECK_FALSE(from_back.place(planned.bounds));
}
