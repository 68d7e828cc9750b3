#include <voronet/layers/classifier.h>
#include <voronet/layers/networks/lenet.h>
#include <voronet/layers/plan/pixel_bounds.h>

#include "attacks/proof/provable_networks.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

constexpr Head::Confidence some = Head::Confidence::softmax;  // of which bounds of logits know nothing

// Every logit of these images, (n, classes), lies within the bounds; true if so.
bool holds(const LogitBounds& head, const AffineForms& features, const Tensor& logits) {
  for (int a = 0; a < head.classes(); ++a) {
    const QuadraticBound bound = head.logit(features, a);
    for (Index i = 0; i < logits.dim(0); ++i) {
      const double logit = logits.at(i * head.classes() + a);
      if (!(logit >= bound.lower() && logit <= bound.upper())) return false;
    }
  }
  return true;
}

std::vector<ValueRange> random_ranges(Index channels, Random& random) {
  std::vector<ValueRange> ranges;
  for (Index k = 0; k < channels; ++k) {
    double low = random.uniform(), high = random.uniform();
    if (random.below(3) == 0) low = 0, high = 1;
    ranges.push_back({std::min(low, high), std::max(low, high)});
  }
  return ranges;
}

// Whether something bends everywhere.
bool has_curves(const PlanGraph& graph) {
  return std::any_of(graph.steps.begin(), graph.steps.end(), [](const PlanStep& step) {
    using enum Function::Kind;
    return step.kind == PlanKind::function && (step.function.kind == sigmoid || step.function.kind == tanh);
  });
}

// Values within the ranges, their corners among them.
std::vector<std::vector<double>> samples_of(const std::vector<ValueRange>& ranges, Index n, Random& random) {
  std::vector<std::vector<double>> samples(static_cast<std::size_t>(n));
  for (auto& values : samples)
    for (const auto& [low, high] : ranges)
      values.push_back(random.below(4) == 0 ? (random.below(2) ? low : high) : random.uniform(low, high));
  return samples;
}

}  // namespace

TEST_CASE("bounds hold what networks make of sampled values of a pixel, in double and in float") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Shape image{between(4, 11, random), between(4, 11, random), between(1, 3, random)};
    const auto net = provable_network(image, random);
    const BoundPlan plan(*net, image, some);
    const Tensor base = uniform(batch_shape(1, image), 0, 1, random, Dtype::f64);
    const BoundPlan::Base forms = plan.base(base.values<double>());
    PixelBounds bounds(plan, forms);
    for (int trial = 0; trial < 6; ++trial) {  // one after another, so that each starts from the base again
      const Index row = trial == 0 ? 0 : random.below(image[0]),
                  column = trial == 0 ? image[1] - 1 : random.below(image[1]);
      const auto ranges = random_ranges(image[2], random);
      const AffineForms& features = bounds.features(row, column, ranges);
      const Tensor changed = with_pixel(base, row, column, samples_of(ranges, 20, random));
      net->to(Dtype::f64);
      CHECK(holds(plan.head(), features, evaluated(*net, changed)));
      net->to(Dtype::f32);
      CHECK(holds(plan.head(), features, evaluated(*net, changed.to(Dtype::f32))));
    }
  }
}

TEST_CASE("bounds hold what VGG and ResNet make of a pixel's colours") {
  for (const char* model : {"vgg11", "resnet18"}) {
    CAPTURE(model);
    Random random(1);
    Classifier net({.model = model, .model_width = 2, .height = 32, .width = 32, .channels = 3}, random);
    const BoundPlan plan(net, net.input_shape(), some);
    const Tensor base = uniform({1, 32, 32, 3}, 0, 1, random, Dtype::f64);
    const BoundPlan::Base forms = plan.base(base.values<double>());
    PixelBounds bounds(plan, forms);
    const auto ranges = random_ranges(3, random);
    const AffineForms& features = bounds.features(9, 31, ranges);
    const Tensor changed = with_pixel(base, 9, 31, samples_of(ranges, 20, random));
    CHECK(holds(plan.head(), features, evaluated(net, changed.to(Dtype::f32))));
  }
}

TEST_CASE("at one value bounds are as narrow as the rounding of floats, and hold it") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto net = lenet({.height = 28, .width = 28, .channels = 1, .embedding = 10}, random);
    net->add(random_head(10, 10, random));
    const Shape image{28, 28, 1};
    const BoundPlan plan(*net, image, some);
    const Tensor base = uniform({1, 28, 28, 1}, 0, 1, random);
    const BoundPlan::Base forms = plan.base(base.to(Dtype::f64).values<double>());
    PixelBounds bounds(plan, forms);
    const double value = static_cast<float>(random.uniform());
    const ValueRange point{value, value};
    const Index row = random.below(28), column = random.below(28);
    const AffineForms& features = bounds.features(row, column, {&point, 1});
    CHECK(bounds.kink() == std::nullopt);
    const Tensor changed = with_pixel(base.to(Dtype::f64), row, column, {{value}}).to(Dtype::f32);
    CHECK(holds(plan.head(), features, evaluated(*net, changed)));
    CHECK(holds(plan.head(), features, InferencePlan(*net, image, 1).run(changed)));
    for (int a = 0; a < 10; ++a) {
      const QuadraticBound logit = plan.head().logit(features, a);
      CHECK(logit.noise() < 2e-2 * (1 + std::abs(logit.constant)));
    }
  }
}

TEST_CASE("between bends, bounds are the network's exact course") {
  int affine_ranges = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Shape image{between(4, 9, random), between(4, 9, random), 1};
    const auto net = provable_network(image, random);
    if (has_curves(graph_of(*net, image))) continue;
    const BoundPlan plan(*net, image, some);
    const Tensor base = uniform(batch_shape(1, image), 0, 1, random, Dtype::f64);
    const BoundPlan::Base forms = plan.base(base.values<double>());
    PixelBounds bounds(plan, forms);
    const Index row = random.below(image[0]), column = random.below(image[1]);
    const double low = random.uniform(0, 0.9);
    ValueRange range{low, 1};
    const AffineForms* features = &bounds.features(row, column, {&range, 1});
    while (bounds.kink()) {  // the piece that begins at `low`
      range.high = range.low + (range.high - range.low) * (*bounds.kink() + 1) / 2;
      features = &bounds.features(row, column, {&range, 1});
    }
    affine_ranges += range.high < 1;
    net->to(Dtype::f64);
    const double middle = (range.low + range.high) / 2;
    const Tensor logits =
        evaluated(*net, with_pixel(base, row, column, {{range.low}, {middle}, {range.high}}));
    const int classes = plan.head().classes();
    for (int a = 0; a < classes; ++a) {
      const QuadraticBound course = plan.head().logit(*features, a);
      for (const int t : {-1, 0, 1}) {
        const double value = course.constant + course.slope * t + course.curvature * t * t;
        CHECK(value == doctest::Approx(logits.at((t + 1) * classes + a)).epsilon(1e-5));
      }
      CHECK(course.noise() < 2e-3 * (1 + std::abs(course.constant)));
    }
  }
  CHECK(affine_ranges > 20);
}

TEST_CASE("a network that proofs do not know is refused, and the layer named") {
  Random random(3);
  Sequential net;
  net.add("first", Conv2d(1, 2, 3, random));
  net.add("odd", Undescribed());
  net.add("flatten", Flatten());
  net.add("head", SoftmaxHead(8, 3, random));
  CHECK_THROWS_WITH_AS(BoundPlan(net, {4, 4, 1}, some),
                       "bounds: layer odd is of a kind that proofs know nothing of (they know convolution, "
                       "linear, ReLU, sigmoid, tanh, pooling, batch-norm, sums)",
                       Error);
  Sequential headless;
  headless.add(Conv2d(1, 2, 3, random));
  CHECK_THROWS_WITH_AS(
      BoundPlan(headless, {4, 4, 1}, some),
      "bounds: the logits of the network's last layer are neither linear nor sums of squares", Error);
  Sequential fine;
  fine.add(Flatten());
  fine.add(SoftmaxHead(16, 3, random));
  const BoundPlan plan(fine, {4, 4, 1}, some);
  CHECK_THROWS_AS(plan.base(std::vector<double>(15)), Error);
  const BoundPlan::Base base = plan.base(std::vector<double>(16));
  const std::vector<ValueRange> two(2, {0, 1});
  CHECK_THROWS_AS(PixelBounds(plan, base).features(0, 0, two), Error);
  CHECK_THROWS_AS(PixelBounds(plan, base).features(4, 0, {two.data(), 1}), Error);
}

TEST_CASE("sums of squares are refused within a network") {
  struct Squares : Module {
    Tensor forward(const Tensor& x) override { return x; }
    PlanValue plan(PlanBuilder& b, PlanValue x) override {
      const PlanValue squares =
          b.squares(b.linear(b.flatten(x), full({20, 16}, 0.1), full({20}, 0.1)), ones({10}));
      return b.linear(squares, full({3, 10}, 0.1), {});
    }
  } within;
  CHECK_THROWS_WITH_AS(BoundPlan(within, {4, 4, 1}, some),
                       "bounds: sums of squares that are not the network's last layer", Error);
}
