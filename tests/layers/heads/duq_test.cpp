#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/layers/plan/delta_plan.h>
#include <voronet/layers/plan/inference_plan.h>

#include <cmath>

#include "layers/plan/plan_networks.h"
#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// Element j of W_k x, by the formula.
double in_class_space(const DuqHead& head, const Tensor& x, Index image, Index j, Index k) {
  const Index d = head.weight.dim(2);
  double sum = 0;
  for (Index i = 0; i < d; ++i) sum += head.weight.at({j, k, i}) * x.at({image, i});
  return sum;
}

double logit(const DuqHead& head, const Tensor& x, Index image, Index k, double gamma) {
  const Index size = head.weight.dim(0);
  double sum = 0;
  for (Index j = 0; j < size; ++j) {
    const double centroid = head.sums.at({j, k}) / head.counts.at(k);
    sum += std::pow(in_class_space(head, x, image, j, k) - centroid, 2);
  }
  return -gamma * sum / static_cast<double>(size);
}

}  // namespace

TEST_CASE("DUQ's logits are -gamma mean_j (W_k x - m_k / N_k)_j^2, and its confidences their exponentials") {
  Random random(1);
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    DuqHead head(4, 3, random, {.centroid_size = 5, .gamma = 2});
    head.to(dtype);
    head.counts.assign(from({10, 12, 7.5}, {3}));
    const Tensor x = uniform({6, 4}, 0, 1, random, dtype), logits = head(x);
    REQUIRE(logits.shape() == Shape{6, 3});
    std::vector<double> expected, confidences;
    for (Index n = 0; n < 6; ++n)
      for (Index k = 0; k < 3; ++k) {
        expected.push_back(logit(head, x, n, k, 2));
        confidences.push_back(std::exp(expected.back()));
      }
    const double tolerance = dtype == Dtype::f64 ? 1e-14 : 1e-5;
    CHECK(distance(logits.to_vector(), expected) < tolerance);
    CHECK(distance(head.confidences(logits).to_vector(), confidences) < tolerance);
  }
}

TEST_CASE("W is trained and starts as Kaiming's normal distribution; m and N are buffers") {
  Random random(1);
  DuqHead head(50, 20, random);
  const State state = head.state();
  REQUIRE(state.parameters.size() == 1);
  CHECK(state.parameters[0].name == "W");
  REQUIRE(state.buffers.size() == 2);
  CHECK(state.buffers[0].name == "m");
  CHECK(state.buffers[1].name == "N");
  CHECK(head.weight.shape() == Shape{50, 20, 50});
  CHECK(head.sums.shape() == Shape{50, 20});
  CHECK(head.counts.to_vector() == std::vector<double>(20, 10));
  const auto deviation = [](const Tensor& x) { return std::sqrt(mean(square(x)).item()); };
  CHECK(deviation(head.weight) == doctest::Approx(std::sqrt(2.0 / (20 * 50))).epsilon(0.02));
  CHECK(deviation(head.class_spaces().centroids) == doctest::Approx(0.05).epsilon(0.1));
  CHECK_FALSE(head.sums.tracked());
  CHECK_FALSE(head.counts.tracked());
}

TEST_CASE("a step moves m and N by a thousandth towards the batch's sums and numbers") {
  Random random(1);
  DuqHead head(4, 3, random, {.centroid_size = 2});
  head.to(Dtype::f64);
  const Tensor x = uniform({5, 4}, 0, 1, random, Dtype::f64);
  const std::vector<int> labels = {2, 0, 2, 2, 0};
  std::vector<double> sums, counts;
  for (Index j = 0; j < 2; ++j)
    for (Index k = 0; k < 3; ++k) {
      double of_batch = 0;
      for (Index n = 0; n < 5; ++n)
        if (labels[static_cast<std::size_t>(n)] == k) of_batch += in_class_space(head, x, n, j, k);
      sums.push_back(0.999 * head.sums.at({j, k}) + 0.001 * of_batch);
    }
  for (const double of_batch : {2, 0, 3}) counts.push_back(9.99 + 0.001 * of_batch);
  const Tensor before = head.weight.clone();
  head.after_step(x, labels);
  CHECK(distance(head.sums.to_vector(), sums) < 1e-15);
  CHECK(distance(head.counts.to_vector(), counts) < 1e-14);
  CHECK(head.weight.to_vector() == before.to_vector());
  CHECK_FALSE(head.class_spaces().centroids.tracked());
  CHECK_THROWS_AS(head.after_step(x, std::vector<int>{0, 1}), const Error&);
  CHECK_THROWS_AS(head.after_step(x, std::vector<int>{0, 1, 2, 3, 0}), const Error&);
  CHECK_THROWS_AS(head.after_step(ones({5, 3}, Dtype::f64), labels), const Error&);
  CHECK(distance(head.sums.to_vector(), sums) < 1e-15);
}

TEST_CASE("of batches that stay the same, the centroids become the means of the classes") {
  Random random(1);
  DuqHead head(2, 2, random);
  head.to(Dtype::f64);
  const Tensor x = from({1, 2, 3, 4, 5, 6}, {3, 2}, Dtype::f64);
  for (int step = 0; step < 30000; ++step) head.after_step(x, std::vector<int>{0, 1, 0});
  const Tensor centroids = head.class_spaces().centroids;
  for (Index j = 0; j < 2; ++j) {
    const double first = (in_class_space(head, x, 0, j, 0) + in_class_space(head, x, 2, j, 0)) / 2;
    CHECK(centroids.at(j * 2) == doctest::Approx(first));
    CHECK(centroids.at({j, 1}) == doctest::Approx(in_class_space(head, x, 1, j, 1)));
  }
  CHECK(head.counts.at(0) == doctest::Approx(2));
}

TEST_CASE("plans compute DUQ's head: a linear step and one of squares") {
  Random random(2);
  Classifier net({.head = "duq", .duq = {.centroid_size = 7, .gamma = 3}, .classes = 4}, random);
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    net.to(dtype);
    const InferencePlan plan(net, net.input_shape(), 50);
    REQUIRE(plan.graph().steps.size() >= 2);
    CHECK(plan.graph().steps.back().kind == PlanKind::squares);
    CHECK(plan.images_a_chunk() < 50);
    const Tensor x = uniform({50, 28, 28, 1}, 0, 1, random, dtype);
    CHECK(relative_error(plan.run(x), evaluated(net, x)) < tolerance(dtype));
  }
  CHECK_NOTHROW(DeltaPlan<double>(net, net.input_shape()));  // delta_queries_test runs one
}

TEST_CASE("options and features that do not fit DUQ's head are refused") {
  Random random(1);
  CHECK_THROWS_AS(DuqHead(2, 2, random, {.gamma = 0}), const Error&);
  CHECK_THROWS_AS(DuqHead(2, 2, random, {.gamma = std::nan("")}), const Error&);
  CHECK_THROWS_AS(DuqHead(2, 2, random, {.centroid_size = -1}), const Error&);
  CHECK_THROWS_AS(DuqHead(0, 2, random), const Error&);
  DuqHead head(3, 2, random, {.centroid_size = 4});
  CHECK_THROWS_WITH_AS(head(ones({2, 4})), "head: features (2, 4) do not match W (4, 2, 3)", const Error&);
}
