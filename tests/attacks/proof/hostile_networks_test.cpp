// Networks on which floats go wrong: whatever bounds say of a value, no evaluation contradicts.
#include <voronet/attacks/proof/flip_bounds.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/networks/lenet.h>
#include <voronet/layers/plan/delta_plan.h>

#include <functional>

#include "attacks/proof/provable_networks.h"
#include "support/ordered_floats.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

struct Verdicts {
  int stays = 0, flips = 0, open = 0;
};

using Evaluate = std::function<Tensor(const Tensor& images)>;  // (n, h, w, c) in float -> logits

// Everybody who may evaluate it: unfolded, folded, by the delta forward, in other orders of summation, in
// double.
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

// Bounds of one pixel's bytes against everybody's classes.
void check_pixel(PixelBounds& bounds, const LogitBounds& head, const std::vector<Evaluate>& everybody,
                 const Tensor& base, Index row, Index column, int label, Verdicts& verdicts) {
  const std::vector<int> bytes{0, 1, 2, 17, 100, 127, 128, 200, 254, 255};
  const Index channels = base.dim(3);
  const std::vector<ValueRange> everything(channels, {0, 1});
  const bool never = judge(head, bounds.features(row, column, everything), {label}).flip == Claim::no;
  std::vector<Claim> claims;
  std::vector<std::vector<double>> values;
  for (const int byte : bytes) {
    std::vector<ValueRange> point(channels, {byte / 255.0, byte / 255.0});
    if (channels > 1) point[1] = {0, 0};
    claims.push_back(judge(head, bounds.features(row, column, point), {label}).flip);
    CHECK((!never || claims.back() == Claim::no));
    values.emplace_back();
    for (const ValueRange& value : point) values.back().push_back(value.low);
    verdicts.stays += claims.back() == Claim::no;
    verdicts.flips += claims.back() == Claim::yes;
    verdicts.open += claims.back() == Claim::maybe;
  }
  const Tensor images = with_pixel(base.to(Dtype::f64), row, column, values).to(Dtype::f32);
  int wrong = 0;
  for (const Evaluate& evaluate : everybody) {
    const std::vector<int> classes = argmax(evaluate(images));
    for (std::size_t i = 0; i < claims.size(); ++i) {
      if (never || claims[i] == Claim::no) wrong += classes[i] != label;
      if (claims[i] == Claim::yes) wrong += classes[i] == label;
    }
  }
  CHECK(wrong == 0);
}

Verdicts check(Module& network, const Tensor& base, Head::Confidence confidence, Index pixels = 9,
               bool in_other_orders = true) {
  const Shape image = base.shape().without(0);
  const BoundPlan plan(network, image, confidence);
  const BoundPlan::Base forms = plan.base(base.to(Dtype::f64).values<double>());
  PixelBounds bounds(plan, forms);
  const std::vector<Evaluate> everybody = evaluations(network, image, in_other_orders);
  network.to(Dtype::f64);
  const int label = argmax(evaluated(network, base.to(Dtype::f64)))[0];
  network.to(Dtype::f32);
  Verdicts verdicts;
  Random random(1);
  for (Index i = 0; i < pixels; ++i) {
    const Index at =
        image[0] * image[1] <= pixels ? i % (image[0] * image[1]) : random.below(image[0] * image[1]);
    check_pixel(bounds, plan.head(), everybody, base, at / image[1], at % image[1], label, verdicts);
  }
  return verdicts;
}

constexpr Head::Confidence softmax_like = Head::Confidence::softmax;

Linear linear_of(const std::vector<double>& weight, Index outputs, const std::vector<double>& bias = {}) {
  Random random;
  const Index inputs = std::ssize(weight) / outputs;
  Linear layer(inputs, outputs, random, bias.empty() ? Linear::Bias::no : Linear::Bias::yes);
  layer.weight.assign(from(weight, {outputs, inputs}));
  if (!bias.empty()) layer.bias.assign(from(bias, {outputs}));
  return layer;
}

SoftmaxHead softmax_of(const std::vector<double>& weight, const std::vector<double>& bias) {
  Random random;
  const Index classes = std::ssize(bias);
  SoftmaxHead head(std::ssize(weight) / classes, classes, random);
  head.weight.assign(from(weight, {classes, std::ssize(weight) / classes}));
  head.bias.assign(from(bias, {classes}));
  return head;
}

Conv2d conv_of(const std::vector<double>& weight, Index in, Index kernel) {
  Random random;
  const Index out = std::ssize(weight) / (in * kernel * kernel);
  Conv2d layer(in, out, kernel, random);
  layer.weight.assign(from(weight, {out, in, kernel, kernel}));
  layer.bias.assign(zeros({out}));
  return layer;
}

BatchNorm norm_of(double mean, double variance, double scale, double shift) {
  BatchNorm norm(1);
  norm.running_mean.assign(full({1}, mean));
  norm.running_var.assign(full({1}, variance));
  norm.weight.assign(full({1}, scale));
  norm.bias.assign(full({1}, shift));
  return norm;
}

void scale_by_power(Tensor& tensor, int exponent) {
  const NoGrad scope;
  tensor.assign(tensor.detach() * std::ldexp(1, exponent));
}

const double big = 0x1p24;

Tensor gray(const std::vector<double>& values) {
  const auto side = static_cast<Index>(std::sqrt(static_cast<double>(values.size())));
  return from(values, {1, side, side, 1});
}

}  // namespace

TEST_CASE("what may overflow a float is never decided, in any kind of layer") {
  // The class is 1, unless a NaN gets through, which is the largest of all.
  const auto head = [] { return softmax_of({0, 0}, {0, 1}); };
  std::vector<std::unique_ptr<Sequential>> networks;
  const auto network = [&](auto... layers) {
    networks.push_back(std::make_unique<Sequential>());
    (networks.back()->add(std::move(layers)), ...);
  };
  network(Flatten(), linear_of({1e25}, 1), ReLU(), linear_of({1e25}, 1), ReLU(), head());
  network(conv_of({1e30}, 1, 1), ReLU(), conv_of({1e30}, 1, 1), ReLU(), Flatten(), head());
  network(norm_of(0, 1, 1e25, 0), ReLU(), norm_of(0, 1, 1e25, 0), ReLU(), Flatten(), head());
  network(conv_of({1e25}, 1, 1), norm_of(0, 1, 1e25, 0), ReLU(), Flatten(), head());
  network(Flatten(), linear_of({1e30}, 1), softmax_of({1e30, 0}, {0, 1}));
  for (const auto& each : networks) {
    const Verdicts verdicts = check(*each, gray({0}), softmax_like);
    CHECK(verdicts.open >= 9);
    CHECK(verdicts.flips == 0);
  }
  Sequential pooled;
  pooled.add(conv_of({1e20}, 1, 1)), pooled.add(conv_of({3e18}, 1, 1)), pooled.add(AvgPool2d({.size = 2})),
      pooled.add(Flatten()), pooled.add(head());
  CHECK(check(pooled, gray({0, 0.5, 0.5, 0.5}), softmax_like, 4).open >= 39);

  Random random;
  for (const double far : {1e18, 1e19, 1e25}) {
    Sequential gauss;
    GaussHead centroids(1, 2, random);
    centroids.weight.assign(from({1, 2}, {2, 1}));
    gauss.add(Flatten()), gauss.add(linear_of({far}, 1)), gauss.add(std::move(centroids));
    CHECK(check(gauss, gray({0.5}), Head::Confidence::exponential).open >= 9);
    Sequential duq;
    duq.add(Flatten()), duq.add(linear_of({far}, 1)), duq.add(DuqHead(1, 2, random));
    CHECK(check(duq, gray({0.5}), Head::Confidence::exponential).open >= 9);
  }
}

TEST_CASE("what cancels in exact arithmetic and not in floats is left open") {
  // 2^24 x + y - 2^24 z of three bright pixels is 1, in floats often 0; the head's classes part at one half.
  const auto half = [] { return softmax_of({1, 0}, {-0.5, 0}); };
  const std::vector<double> sums{big, 1, -big, 0};
  std::vector<std::unique_ptr<Sequential>> networks;
  const auto network = [&](auto... layers) {
    networks.push_back(std::make_unique<Sequential>());
    (networks.back()->add(std::move(layers)), ...);
  };
  network(Flatten(), linear_of(sums, 1), half());
  network(Flatten(), linear_of(sums, 1), ReLU(), half());
  network(conv_of(sums, 1, 2), Flatten(), half());
  network(Flatten(), softmax_of({big, 1, -big, 0, 0, 0, 0, 0}, {-0.5, 0}));
  {
    Sequential& average = *networks.emplace_back(std::make_unique<Sequential>());
    average.add(conv_of({1}, 1, 1));
    average.add(AvgPool2d({.size = 2}));
    average.add(Flatten());
    average.add(softmax_of({4 * big, 0}, {-2 * big - 0.5, 0}));
  }
  network(conv_of({big, 1, 0, 0}, 1, 2), norm_of(big, 1, 1, 0), Flatten(), half());
  network(Normalize(std::vector{0.5}, std::vector{1e-7}), Flatten(), linear_of({1, -1, 1, -1}, 1), half());
  network(Flatten(), linear_of({1e6, 0, 0, 0, 1e6, 0, 0, 0}, 2, {1e6, 1e6 - 0.05}),
          softmax_of({1, 0, 0, 1}, {0, 0}));
  Random random;
  GaussHead centroids(1, 2, random);
  centroids.weight.assign(from({1e6, -1e6}, {2, 1}));
  network(Flatten(), linear_of({1, 1, 1, 1}, 1, {-2.9}), std::move(centroids));
  int open = 0;
  for (const auto& each : networks)
    for (const std::vector<double>& image :
         {std::vector<double>{1, 1, 1, 1}, {0, 0, 0, 0}, {1, 0, 1, 0}, {1, 0.5, 1, 1}})
      open += check(*each, gray(image), softmax_like).open;
  CHECK(open > 200);
}

TEST_CASE("a LeNet scaled so that numbers become too small for floats is never decided wrongly") {
  int decided = 0;
  for (const int by : {0, 40, 110}) {
    CAPTURE(by);
    Random random(4);
    const auto net = lenet({.height = 16, .width = 16, .channels = 1, .embedding = 10}, random);
    const State state = net->state();
    const auto scale = [&](const std::string& name, int exponent) {
      for (const State::Entry& entry : state.parameters)
        if (entry.name == name) scale_by_power(*entry.tensor, exponent);
    };
    scale("conv1.weight", -by), scale("conv1.bias", -by);
    scale("conv2.weight", -by / 4), scale("conv2.bias", -by - by / 4);
    scale("fc1.weight", by), scale("fc1.bias", -by / 4);
    scale("fc2.weight", by / 4);
    net->add("head", SoftmaxHead(10, 10, random));
    const Verdicts verdicts = check(*net, uniform({1, 16, 16, 1}, 0, 1, random), softmax_like, 12);
    if (by == 0) CHECK(verdicts.open < 12);
    decided += verdicts.stays + verdicts.flips;
  }
  CHECK(decided > 100);
}

TEST_CASE("a thousand classes and a sum of 22,500 are decided, and rightly") {
  Random random(5);
  Sequential classes;
  classes.add(Flatten()), classes.add(Linear(16, 8, random)), classes.add(ReLU());
  classes.add(SoftmaxHead(8, 1000, random));
  const Verdicts many = check(classes, uniform({1, 4, 4, 1}, 0, 1, random), softmax_like);
  CHECK(many.stays + many.flips > many.open);
  Sequential wide;
  SoftmaxHead head(22500, 3, random);
  head.bias.assign(from({1, 0, 0}, {3}));
  wide.add(Flatten()), wide.add(std::move(head));
  const Verdicts long_sums = check(wide, uniform({1, 150, 150, 1}, 0, 1, random), softmax_like, 4);
  CHECK(long_sums.stays + long_sums.flips > 0);
}

TEST_CASE("networks whose parameters are of all sizes are never decided wrongly") {
  Verdicts all;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Shape image{between(3, 5, random), between(3, 5, random), 1};
    const auto net = provable_network(image, random);
    for (const State::Entry& entry : net->state().parameters)
      if (random.below(3) == 0) scale_by_power(*entry.tensor, static_cast<int>(random.below(81)) - 40);
    const Verdicts seen = check(*net, uniform(batch_shape(1, image), 0, 1, random), softmax_like, 3);
    all.stays += seen.stays, all.flips += seen.flips, all.open += seen.open;
  }
  CHECK(all.stays > 1000);
  CHECK(all.open > 50);
}

TEST_CASE(
    "ResNet18 of width 16, with batch-norms as after training and Winograd's algorithm, is not decided "
    "wrongly") {
  Random random(6);
  Classifier net({.model = "resnet18", .model_width = 16, .height = 32, .width = 32, .channels = 3}, random);
  for (const State::Entry& entry : net.state().buffers) {
    const Shape shape = entry.tensor->shape();
    if (entry.name.ends_with("running_mean")) entry.tensor->assign(uniform(shape, -0.5, 0.5, random));
    if (entry.name.ends_with("running_var")) entry.tensor->assign(uniform(shape, 0.3, 1.5, random));
  }
  const Tensor base = uniform({1, 32, 32, 3}, 0, 1, random);
  const Verdicts verdicts = check(net, base, softmax_like, 2, false);
  MESSAGE("decided ", verdicts.stays + verdicts.flips, ", open ", verdicts.open);
}
