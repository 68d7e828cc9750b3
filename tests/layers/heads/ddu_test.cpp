#include <voronet/core/operators.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/plan/inference_plan.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "layers/plan/plan_networks.h"
#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Random draws(4);

// n points a class, of two classes in the plane, that differ in mean, spread and number.
struct Points {
  Tensor features;
  std::vector<int> labels;
};

Points two_classes() {
  std::vector<double> values;
  std::vector<int> labels;
  for (int i = 0; i < 90; ++i) {
    const int k = i % 3 == 0;
    const double a = draws.normal(), b = draws.normal();
    values.push_back(k == 0 ? a : 3 + 0.5 * a);
    values.push_back(k == 0 ? 2 * b - a : 1 + 0.2 * b + 0.3 * a);
    labels.push_back(k);
  }
  return {from(values, {90, 2}, Dtype::f64), labels};
}

// log(share_k N(x; mean_k, covariance_k)) in the plane, with the inverse of the 2 x 2 covariance written out.
double log_joint(const Points& points, int k, double x, double y) {
  double n = 0, mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t pass = 0; pass < 2; ++pass)
    for (std::size_t i = 0; i < points.labels.size(); ++i) {
      if (points.labels[i] != k) continue;
      const double px = points.features.at(static_cast<Index>(2 * i));
      const double py = points.features.at(static_cast<Index>(2 * i + 1));
      if (pass == 0) n += 1, mx += px, my += py;
      if (pass == 1) xx += std::pow(px - mx / n, 2), yy += std::pow(py - my / n, 2);
      if (pass == 1) xy += (px - mx / n) * (py - my / n);
    }
  xx /= n - 1, xy /= n - 1, yy /= n - 1;
  const double determinant = xx * yy - xy * xy, dx = x - mx / n, dy = y - my / n;
  const double square = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
  return std::log(n / static_cast<double>(points.labels.size())) - square / 2 - std::log(determinant) / 2 -
         std::log(2 * std::numbers::pi);
}

}  // namespace

TEST_CASE("in training mode DDU's head is a softmax layer, in evaluation mode its Gaussians") {
  DduHead head(3, 4, draws);
  head.to(Dtype::f64);
  const Tensor x = uniform({5, 3}, -1, 1, draws, Dtype::f64);
  CHECK(distance(head(x), matmul(x, head.weight, {.b = true}) + head.bias) == 0);
  CHECK(head.parameters().size() == 2);
  CHECK(head.state().buffers.size() == 3);
  head.eval();
  // Not fitted: standard normal, equal shares.
  const Tensor expected = -0.5 * sum(square(x), {-1}) - std::log(4) - 1.5 * std::log(2 * std::numbers::pi);
  const Tensor logits = head(x);
  for (Index n = 0; n < 5; ++n)
    for (Index k = 0; k < 4; ++k) CHECK(logits.at({n, k}) == doctest::Approx(expected.at(n)));
}

TEST_CASE("fitted, its logits are the logarithms of share times density, and its confidences sum to 1") {
  const Points points = two_classes();
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    DduHead head(2, 2, draws);
    head.to(dtype);
    CHECK(head.fit(points.features.to(dtype), points.labels) == 0);
    head.eval();
    const Tensor x = uniform({20, 2}, -4, 4, draws, dtype), logits = head(x);
    const double tolerance = dtype == Dtype::f64 ? 1e-10 : 1e-4;
    for (Index n = 0; n < 20; ++n)
      for (int k = 0; k < 2; ++k)
        CHECK(logits.at({n, k}) ==
              doctest::Approx(log_joint(points, k, x.at({n, 0}), x.at({n, 1}))).epsilon(tolerance));
    CHECK(distance(sum(head.confidences(logits), {-1}), ones({20}, dtype)) < 1e-6);
  }
}

TEST_CASE("the density is the sum over the classes, and falls away far from all of them") {
  const Points points = two_classes();
  DduHead head(2, 2, draws);
  head.to(Dtype::f64);
  head.fit(points.features, points.labels);
  head.eval();
  const Tensor logits = head(from({0, 0, 3, 1, 50, -70, 5000, 0}, {4, 2}, Dtype::f64));
  const Tensor density = DduHead::log_density(logits);
  REQUIRE(density.shape() == Shape{4});
  CHECK(density.at(0) == doctest::Approx(std::log(std::exp(logits.at(0)) + std::exp(logits.at(1)))));
  CHECK(density.at(2) < density.at(0) - 100);
  CHECK(density.at(3) < density.at(2));
  CHECK(all_finite(density));
}

TEST_CASE("features that are constant within a class get the smallest jitter, and logits stay finite") {
  const Index m = 60;
  std::vector<double> values;
  std::vector<int> labels;
  for (Index i = 0; i < m; ++i) {
    labels.push_back(static_cast<int>(i % 2));
    values.insert(values.end(), {draws.normal(), i % 2 ? 0 : draws.normal(), 0});
  }
  DduHead head(3, 2, draws);
  const double jitter = head.fit(from(values, {m, 3}), labels);
  CHECK(jitter > 0.2e-6);
  CHECK(jitter < 2e-6);  // variances 1, 1, 0 and 1, 0, 0
  head.eval();
  CHECK(all_finite(head(uniform({10, 3}, -1, 1, draws))));
}

TEST_CASE("what Gaussians cannot be fitted to is refused, and nothing changes") {
  DduHead head(2, 2, draws);
  const auto before = head.means.to_vector();
  const Tensor x = uniform({4, 2}, 0, 1, draws);
  const std::vector<int> labels = {0, 0, 1, 1};
  CHECK_THROWS_WITH_AS(head.fit(x, std::vector<int>{0, 0, 0, 1}),
                       "DduHead: class 1 has fewer than two points", const Error&);
  CHECK_THROWS_WITH_AS(head.fit(ones({4, 2}), labels), "DduHead: within each class, all points are equal",
                       const Error&);
  CHECK_THROWS_AS(head.fit(x, std::vector<int>{0, 1}), const Error&);
  const Tensor more = uniform({5, 2}, 0, 1, draws);
  for (const int label : {2, -1})
    CHECK_THROWS_WITH_AS(head.fit(more, std::vector<int>{0, 0, 1, 1, label}),
                         text("DduHead: label ", label, " is not one of 2 classes").c_str(), const Error&);
  CHECK_THROWS_AS(head.fit(uniform({4, 3}, 0, 1, draws), labels), const Error&);
  const Tensor broken = x.clone();
  broken.mutable_data<float>()[3] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(head.fit(broken, labels), const Error&);
  CHECK(head.means.to_vector() == before);
}

TEST_CASE("plans compute DDU's Gaussians") {
  Classifier net({.head = "ddu", .classes = 3}, draws);
  std::vector<int> labels;
  for (int i = 0; i < 60; ++i) labels.push_back(i % 3);
  net.eval();
  auto& head = dynamic_cast<DduHead&>(net.head());
  head.fit(net.features(uniform({60, 28, 28, 1}, 0, 1, draws)) + uniform({60, 10}, 0, 1, draws), labels);
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    net.to(dtype);
    const Tensor x = uniform({9, 28, 28, 1}, 0, 1, draws, dtype);
    const InferencePlan plan(net, net.input_shape(), 9);
    CHECK(relative_error(plan.run(x), evaluated(net, x)) < tolerance(dtype));
  }
}
