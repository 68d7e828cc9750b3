#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/theory/centroid_checks.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/k_means.h>

#include <cmath>

#include "support/authors_networks.h"
#include "support/near.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

struct Layer {
  Tensor points, logits;
  SoftmaxCentroids centroids;
};

Layer random_layer(double alpha, CentroidOptions::Space space) {
  Random random(1);
  const auto gaussian = [&](Shape shape) { return normal(shape, 0, 1, random, Dtype::f64); };
  const Tensor weight = gaussian({4, 3}), bias = gaussian({4}), points = gaussian({6, 3});
  return {points, matmul(points, weight, {.b = true}) + bias,
          softmax_centroids(weight, bias, {.alpha = alpha, .space = space})};
}

}  // namespace

TEST_CASE("the k-means objective is |D - Y Z|^2") {
  const Tensor points = from({0, 0, 3, 4, 1, 0}, {3, 2}), centroids = from({0, 0, 2, 0}, {2, 2});
  const std::vector<int> assignment = {1, 0, 0};
  const Tensor residual = points - matmul(one_hot(assignment, 2), centroids);
  CHECK(k_means_objective(points, centroids, assignment) == sum(square(residual)).item());
  CHECK_THROWS_WITH_AS(k_means_objective(points, centroids, std::vector<int>{1}),
                       "k-means: 1 assignments for 3 points", Error);
  CHECK_THROWS_AS(k_means_objective(points, centroids, std::vector<int>{0, 1, 2}), Error);
}

TEST_CASE("the softmax assignment has the least objective of all assignments") {
  const Layer layer = random_layer(1, CentroidOptions::Space::features);
  const auto objective = [&](const std::vector<int>& assignment) {
    return k_means_objective(layer.points, layer.centroids.centroids, assignment);
  };
  const double least = objective(argmax(layer.logits));
  std::vector<int> assignment(6);
  for (int code = 0; code < 4096; ++code) {
    for (int i = 0; i < 6; ++i) assignment[i] = code >> (2 * i) & 3;
    CHECK(objective(assignment) >= least * (1 - 1e-12));
  }
}

TEST_CASE(
    "moving a point to another class costs what the objective rises by, 2 alpha times the logits' gap") {
  for (const auto space : {CentroidOptions::Space::features, CentroidOptions::Space::lifted}) {
    const Layer layer = random_layer(0.3, space);
    const std::vector<int> before = argmax(layer.logits);
    const Tensor places = placed(layer.points, layer.centroids);
    const Tensor costs = flip_costs(layer.points, layer.centroids, before);
    for (Index i = 0; i < 6; ++i)
      for (int l = 0; l < 4; ++l) {
        std::vector<int> after = before;
        after[i] = l;
        const double cost = costs.at({i, l});
        CHECK(cost >= 0);
        CHECK(cost == doctest::Approx(k_means_objective(places, layer.centroids.centroids, after) -
                                      k_means_objective(places, layer.centroids.centroids, before)));
        CHECK(cost == doctest::Approx(0.6 * (layer.logits.at({i, before[i]}) - layer.logits.at({i, l}))));
      }
  }
}

TEST_CASE("the parts of cross-entropy add up to it, whatever alpha is") {
  for (const double alpha : {.3, 1., 4.})
    for (const auto space : {CentroidOptions::Space::features, CentroidOptions::Space::lifted}) {
      const Layer layer = random_layer(alpha, space);
      const auto parts = cross_entropy_parts(layer.points, layer.centroids, softmax(layer.logits));
      CHECK(distance(parts.own + parts.mean + parts.variance + parts.entropy, -log_softmax(layer.logits)) <
            1e-13);
      CHECK(parts.own.shape() == Shape{6, 4});
      CHECK(parts.entropy.shape() == Shape{6, 1});
    }
}

TEST_CASE("a posterior of exactly 0 and 1 has entropy 0") {
  const Layer layer = random_layer(1, CentroidOptions::Space::features);
  const auto parts =
      cross_entropy_parts(layer.points, layer.centroids, one_hot(std::vector<int>(6, 2), 4, Dtype::f64));
  CHECK(distance(parts.entropy, zeros({6, 1})) == 0);
  CHECK(distance(parts.variance, zeros({6, 1})) < 1e-13);
}

TEST_CASE("points are classified by their nearest class mean") {
  const Tensor points = from({0, 0, 0, 1, 5, 0, 5, 1, 4, 0}, {5, 2});
  CHECK(class_mean_accuracy(points, std::vector<int>{0, 0, 1, 1, 1}, 2) == 1);
  // The means are (1.33, 0.33) and (5, 0.5): the last point is nearer to the other class's.
  CHECK(class_mean_accuracy(points, std::vector<int>{0, 0, 1, 1, 0}, 2) == 0.8);
}

TEST_CASE("the authors' softmax network predicts the nearest centroid, and class means are nearly as right") {
  const auto authors = authors_networks();
  if (!authors) return;
  Classifier network = authors->load("softmax");
  network.to(Dtype::f64);
  network.eval();
  const NoGrad scope;
  const Index all = authors->images.images.count, n = sanitized ? 500 : all, piece = 500;
  const Tensor images = data::to_tensor(authors->images.images);
  const Tensor features({n, network.config().embedding}, Dtype::f64);
  for (Index first = 0; first < n; first += piece)
    slice(features, 0, first, first + piece)
        .assign(network.features(slice(images, 0, first, first + piece).to(Dtype::f64)));
  const auto& head = dynamic_cast<const SoftmaxHead&>(network.head());
  const SoftmaxCentroids centroids = softmax_centroids(head.weight, head.bias);
  const std::vector<int> predicted = argmax(network.head()(features));
  CHECK(nearest(features, centroids) == predicted);

  Checks checks;
  Random random(1);
  check_centroids(checks, {head.weight, head.bias}, centroids, features, random);
  for (const Check& check : checks.all()) CHECK_MESSAGE(check.ok(), check.name, " ", check.value);

  if (n < all) return;
  const std::vector<int>& labels = authors->images.labels;
  CHECK(class_mean_accuracy(features, labels, 10) == 0.8998);
  Index right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += predicted[i] == labels[i];
  CHECK(right == 9070);
}
