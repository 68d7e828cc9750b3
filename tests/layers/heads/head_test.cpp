#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/layers/heads/head.h>

#include <cmath>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

double squared_distance(const Tensor& a, Index row_a, const Tensor& b, Index row_b) {
  double total = 0;
  for (Index i = 0; i < a.dim(1); ++i) {
    const double d = a.at(row_a * a.dim(1) + i) - b.at(row_b * b.dim(1) + i);
    total += d * d;
  }
  return total;
}

}  // namespace

TEST_CASE("the softmax head's logits are x W^T + b and its confidences sum to 1") {
  Random random(1);
  SoftmaxHead head(2, 3, random);
  head.weight.assign(from({1, 2, -1, 0, 0.5, 0.5}, {3, 2}));
  head.bias.assign(from({0.1, 0.2, 0.3}, {3}));
  const Tensor logits = head(from({1, 1, 2, -1}, {2, 2}));
  CHECK(distance(logits.to_vector(), {3.1, -0.8, 1.3, 0.1, -1.8, 0.8}) < 1e-6);
  const Tensor confidences = head.confidences(logits);
  const double total = std::exp(3.1) + std::exp(-0.8) + std::exp(1.3);
  CHECK(confidences.at(0) == doctest::Approx(std::exp(3.1) / total));
  CHECK(distance(sum(confidences, {-1}).to_vector(), {1, 1}) < 1e-6);

  SoftmaxHead without(2, 3, random, SoftmaxHead::Bias::no);
  without.weight.assign(head.weight);
  CHECK(without.parameters().size() == 1);
  CHECK(distance(without(from({1, 1}, {1, 2})).to_vector(), {3, -1, 1}) < 1e-6);
}

TEST_CASE("the Gauss head's logits are -gamma |x - z|^2 and its confidences their exponentials") {
  Random random(1);
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    GaussHead head(6, 4, random);
    head.to(dtype);
    head.gamma.assign(from({0.5, 1, 2, 0.1}, {4}));
    const Tensor x = uniform({5, 6}, 0, 1, random, dtype), logits = head(x);
    REQUIRE(logits.shape() == Shape{5, 4});
    std::vector<double> expected, confidences;
    for (Index n = 0; n < 5; ++n)
      for (Index k = 0; k < 4; ++k) {
        expected.push_back(-head.gamma.at(k) * squared_distance(x, n, head.weight, k));
        confidences.push_back(std::exp(expected.back()));
      }
    const double tolerance = dtype == Dtype::f64 ? 1e-14 : 1e-6;
    CHECK(distance(logits.to_vector(), expected) < tolerance);
    CHECK(distance(head.confidences(logits).to_vector(), confidences) < tolerance);
  }
}

TEST_CASE("the Gauss head keeps small distances far from the origin: it does not cancel") {
  Random random(1);
  GaussHead head(2, 1, random, {.gamma = 1});
  head.weight.assign(full({1, 2}, 1000));
  CHECK(head(from({1000.25, 1000}, {1, 2})).at(0) == -0.0625);
  CHECK(head(full({1, 2}, 1000)).at(0) == 0);
}

TEST_CASE("the Gauss head's gradients are those of the formula, and zero on a centroid") {
  Random random(1);
  GaussHead head(3, 4, random);
  head.to(Dtype::f64);
  const Tensor x = variable(uniform({5, 3}, 0, 1, random, Dtype::f64));
  const Tensor cotangent = uniform({5, 4}, -1, 1, random, Dtype::f64);
  const Tensors found = grad(sum(head(x) * cotangent), {x, head.weight, head.gamma});
  std::vector<double> of_x(15), of_weight(12), of_gamma(4);
  for (Index n = 0; n < 5; ++n)
    for (Index k = 0; k < 4; ++k) {
      const double c = cotangent.at({n, k});
      of_gamma[static_cast<std::size_t>(k)] -= c * squared_distance(x, n, head.weight, k);
      for (Index i = 0; i < 3; ++i) {
        const double slope = -2 * c * head.gamma.at(k) * (x.at({n, i}) - head.weight.at({k, i}));
        of_x[static_cast<std::size_t>(n * 3 + i)] += slope;
        of_weight[static_cast<std::size_t>(k * 3 + i)] -= slope;
      }
    }
  CHECK(distance(found[0].to_vector(), of_x) < 1e-14);
  CHECK(distance(found[1].to_vector(), of_weight) < 1e-14);
  CHECK(distance(found[2].to_vector(), of_gamma) < 1e-14);

  const Tensor on_centroid = variable(head.weight.clone());
  const Tensor own =
      sum(head(on_centroid) * from({1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, {4, 4}, Dtype::f64));
  CHECK(grad(own, {on_centroid})[0].to_vector() == std::vector<double>(12, 0));
}

TEST_CASE("gamma is a bounded parameter when learned and a buffer otherwise; centroids start in their box") {
  Random random(1);
  GaussHead learned(50, 20, random, {.gamma = 2}),
      fixed(50, 20, random, {.learn_gamma = false, .low = -0.5, .high = 0.5});
  const State state = learned.state();
  REQUIRE(state.parameters.size() == 2);
  CHECK(state.parameters[1].name == "gamma");
  CHECK(state.parameters[1].bounds.low == 0.1);
  CHECK(state.parameters[1].bounds.high == 1000);
  CHECK(learned.gamma.at(3) == 2);
  CHECK(fixed.parameters().size() == 1);
  CHECK(fixed.state().buffers.at(0).name == "gamma");
  CHECK_FALSE(fixed.gamma.tracked());
  const auto box = [](const Tensor& x) {
    const auto values = x.to_vector();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return std::pair{*low, *high};
  };
  CHECK(box(learned.weight).first >= 0);
  CHECK(box(learned.weight).second < 0.1);
  CHECK(box(learned.weight).second > 0.09);
  CHECK(box(fixed.weight).first < -0.45);
  CHECK(box(fixed.weight).second > 0.45);
  CHECK_THROWS_AS(GaussHead(2, 2, random, {.gamma = 0}), const Error&);
  CHECK_THROWS_WITH_AS(learned(ones({2, 3})), "head: features (2, 3) do not match centroids (20, 50)",
                       const Error&);
}

TEST_CASE("a Gauss head begins with its centroids on the class means, of its own size") {
  Random random(1);
  GaussHead head(2, 3, random);
  REQUIRE(head.takes_over());
  head.begin(from({0, 0, 3, 4, 0, 1, 2, 3}, {4, 2}), std::vector<int>{0, 1, 2, 2});
  CHECK(head.weight.to_vector() == std::vector<double>{0, 0, 3, 4, 1, 2});
  CHECK_THROWS_AS(head.set_centroids(ones({2, 2})), const Error&);
}

TEST_CASE("class means are the means of each class's rows, and every class needs a point") {
  const Tensor features = from({1, 2, 3, 4, 5, 6, 7, 8}, {4, 2});
  const std::vector<int> labels = {1, 0, 1, 1};
  CHECK(distance(class_means(features, labels, 2).to_vector(), {3, 4, 13.0 / 3, 16.0 / 3}) < 1e-6);
  CHECK_THROWS_WITH_AS(class_means(features, labels, 3), "class_means: class 2 has no points", const Error&);
  CHECK_THROWS_AS(class_means(features, labels, 1), const Error&);
  CHECK_THROWS_AS(class_means(features, std::vector<int>{0, 1}, 2), const Error&);
}
