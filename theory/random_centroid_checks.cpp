#include <voronet/core/operators.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/theory/centroid_checks.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/random_checks.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {
namespace {

Tensor gaussian(const Shape& shape, double deviation, Random& random) {
  return normal(shape, 0, deviation, random, Dtype::f64);
}

// (1, d): 1, and from feature `first` on `scale`.
Tensor fading(Index d, Index first, double scale) {
  std::vector<double> scales(d, 1.0);
  std::fill(scales.begin() + std::min(first, d), scales.end(), scale);
  return from(scales, {1, d}, Dtype::f64);
}

void check_random_softmax(Checks& checks, Random& random) {
  const Index c = between(2, 12, random), d = between(2, 12, random);
  const double kinds[] = {1, 1, 1, 1e-5, 0};
  const double size = random.uniform(0.1, 2), kind = kinds[random.below(5)];
  const Index alive = between(1, d, random);
  const Tensor weight = gaussian({c, d}, size, random) * fading(d, alive, kind);
  const Tensor bias = random.below(2) == 0 ? Tensor() : gaussian({c}, 1, random);
  const double spread = random.uniform(0.5, 5), centre = random.uniform(-1, 2);
  const Tensor points = relu(gaussian({20, d}, spread, random) + centre);
  const double alpha = std::exp(random.uniform(std::log(.1), std::log(10)));
  check_centroids(checks, {weight, bias}, softmax_centroids(weight, bias, {.alpha = alpha}), points, random);
}

void check_random_gauss(Checks& checks, Random& random) {
  const Index c = between(2, 12, random), d = between(2, 12, random);
  GaussHead head(d, c, random, {.low = -2, .high = 2});
  head.to(Dtype::f64);
  head.gamma.assign(uniform({c}, 0.1, 3, random));
  const Tensor points = gaussian({20, d}, 2, random);
  check_centroids(checks, CentroidForm{head.weight, head.gamma}, head(points).detach(), points);
}

void check_random_duq(Checks& checks, Random& random) {
  const Index c = between(2, 12, random), d = between(2, 12, random);
  DuqHead head(d, c, random, {.centroid_size = between(1, 12, random), .gamma = random.uniform(0.1, 3)});
  head.to(Dtype::f64);
  const Tensor points = gaussian({20, d}, 2, random);
  check_centroids(checks, head.class_spaces(), head(points).detach(), points);
}

std::vector<int> float32_classes(const Tensor& points, const SoftmaxCentroids& z) {
  return nearest(placed(points, z).to(Dtype::f32), z.centroids.to(Dtype::f32));
}

void check_too_few_features(Checks& checks, Random& random) {
  const Index d = between(2, 8, random), c = between(d + 2, d + 5, random);
  const Tensor weight = gaussian({c, d}, 1, random), bias = gaussian({c}, 1, random),
               points = gaussian({20, d}, 2, random);
  const SoftmaxCentroids z = softmax_centroids(weight, bias);
  const Tensor logits = matmul(points, weight, {.b = true}) + bias;
  checks.trial("too-few-features", "with d < c - 1, no shift serves all classes: 1e-8 over its error",
               1e-8 / z.residual, 1);
  checks.trial("too-few-features-lift", "with d < c - 1, the lift assigns every point as softmax does",
               static_cast<double>(mismatches(logits, nearest(points, z), 1e-8)), 0);
}

}  // namespace

void check_float32_lift(Checks& checks, Random& random) {
  constexpr Index layers = 5, n = 32;
  Index by_features = 0, by_lift = 0;
  for (Index i = 0; i < layers; ++i) {
    const Index c = between(3, 10, random), d = between(c - 1, 12, random);
    const Tensor weight = gaussian({c, d}, 1, random) * fading(d, c - 2, 1e-6),
                 bias = gaussian({c}, 1, random), points = relu(gaussian({n, d}, 2, random));
    const Tensor logits = matmul(points, weight, {.b = true}) + bias;
    const auto features =
        softmax_centroids(weight, bias, {.cutoff = 0, .space = CentroidOptions::Space::features});
    const SoftmaxCentroids lifted = softmax_centroids(weight, bias);
    const double tie =
        distance_rounding(points, lifted.centroids, std::numeric_limits<float>::epsilon()) / 2;  // alpha = 1
    by_features += mismatches(logits, float32_classes(points, features), tie);
    by_lift += mismatches(logits, float32_classes(points, lifted), tie);
  }
  checks.trial("float32-features",
               "in float32, T1 assigns less than 9 in 10 points of ill-conditioned layers right",
               1 - static_cast<double>(by_features) / static_cast<double>(layers * n), 0.9);
  checks.trial("float32-lift", "in float32, the lift assigns all of them right, ties aside",
               static_cast<double>(by_lift), 0);
}

void check_random_centroids(Checks& checks, Random& random) {
  check_random_softmax(checks, random);
  check_random_gauss(checks, random);
  check_random_duq(checks, random);
  check_too_few_features(checks, random);
  check_float32_lift(checks, random);
}

}  // namespace voronet
