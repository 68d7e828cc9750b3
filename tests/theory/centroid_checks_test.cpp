#include <voronet/core/operators.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/theory/centroid_checks.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

struct Layer {
  Tensor weight, bias, points;
};

Layer random_layer(Index classes, Index features, bool with_bias) {
  Random random(1);
  const auto gaussian = [&](Shape shape) { return normal(shape, 0, 1, random, Dtype::f64); };
  return {gaussian({classes, features}), with_bias ? gaussian({classes}) : Tensor(),
          gaussian({50, features})};
}

Checks checks_of(const Layer& layer, const SoftmaxCentroids& centroids) {
  Checks checks;
  Random random(2);
  check_centroids(checks, {layer.weight, layer.bias}, centroids, layer.points, random);
  return checks;
}

bool passes(const Checks& checks, const std::string& name) {
  const auto& all = checks.all();
  const auto check = std::find_if(all.begin(), all.end(), [&](const Check& c) { return c.name == name; });
  REQUIRE_MESSAGE(check != all.end(), name);
  return check->ok();
}

// As `centroids`, with the first one moved along the first feature.
SoftmaxCentroids with_one_wrong(SoftmaxCentroids centroids, double by) {
  centroids.centroids = centroids.centroids.clone();
  centroids.centroids.mutable_data<double>()[0] += by;
  return centroids;
}

}  // namespace

TEST_CASE("the theorem's centroids pass all checks") {
  for (const bool with_bias : {false, true})
    for (const Index features : {3, 4, 9}) {  // lifted, just enough, more than enough
      const Layer layer = random_layer(5, features, with_bias);
      const Checks checks = checks_of(layer, softmax_centroids(layer.weight, layer.bias));
      for (const Check& check : checks.all()) CHECK_MESSAGE(check.ok(), check.name, " ", check.value);
      CHECK(checks.all().size() == (with_bias && features == 3 ? 9 : with_bias ? 10 : 11));
    }
}

TEST_CASE("a wrong centroid fails the checks, however little it is off") {
  for (const double by : {1e-8, 1., -100.}) {
    const Layer layer = random_layer(5, 6, true);
    const Checks checks = checks_of(layer, with_one_wrong(softmax_centroids(layer.weight, layer.bias), by));
    for (const char* name : {"softmax-is-nearest-centroid", "free-shift", "equidistant-from-centre",
                             "flip-cost", "cross-entropy"})
      CHECK_FALSE(passes(checks, name));
  }
}

TEST_CASE("a centroid that is wrong by much fails what is said of cells, cones and k-means") {
  const Layer layer = random_layer(5, 6, false);
  const Checks checks = checks_of(layer, with_one_wrong(softmax_centroids(layer.weight), 5));
  for (const char* name : {"nearest-is-argmax", "any-temperature", "equidistant-from-origin",
                           "flip-gains-nothing", "k-means-minimum", "cones"})
    CHECK_FALSE(passes(checks, name));
  CHECK(passes(checks, "sphere-lift"));  // of the weights, not of these centroids
}

TEST_CASE("a centroid that is not a number fails the checks") {
  const Layer layer = random_layer(4, 4, true);
  const Checks checks = checks_of(layer, with_one_wrong(softmax_centroids(layer.weight, layer.bias),
                                                        std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(passes(checks, "softmax-is-nearest-centroid"));
  CHECK_FALSE(passes(checks, "flip-gains-nothing"));
}

TEST_CASE("a class mean in a centroid's place fails the checks: the theorem's centroids are other points") {
  const Layer layer = random_layer(3, 4, true);
  SoftmaxCentroids centroids = softmax_centroids(layer.weight, layer.bias);
  const std::vector<int> predicted = argmax(matmul(layer.points, layer.weight, {.b = true}) + layer.bias);
  centroids.centroids = class_means(layer.points, predicted, 3);
  CHECK_FALSE(passes(checks_of(layer, centroids), "softmax-is-nearest-centroid"));
}

TEST_CASE("the shift of an ill-conditioned layer, cut off and not lifted, fails the checks") {
  const Layer layer = random_layer(6, 3, true);
  const SoftmaxCentroids centroids =
      softmax_centroids(layer.weight, layer.bias, {.space = CentroidOptions::Space::features});
  CHECK_FALSE(passes(checks_of(layer, centroids), "softmax-is-nearest-centroid"));
}

TEST_CASE("tolerances are those of the theorems wherever f64 can keep them") {
  const Layer layer = random_layer(5, 6, true);
  const SoftmaxCentroids z = softmax_centroids(layer.weight, layer.bias);
  const double largest = max(sum(square(z.centroids), {1}), 0).item();
  const Checks checks = checks_of(layer, z);
  for (const Check& check : checks.all()) {
    if (check.name == "softmax-is-nearest-centroid" || check.name == "cross-entropy")
      CHECK(check.tolerance == doctest::Approx(1e-12 * (1 + largest)));
    if (check.name == "equidistant-from-centre") CHECK(check.tolerance == 1e-12);
    if (check.name == "sphere-lift") CHECK(check.tolerance < 1.5e-14);
  }
}

TEST_CASE("features far from the origin pass, since tolerances grow with what f64 can tell apart") {
  Layer layer = random_layer(5, 6, true);
  layer.points = 1e5 * layer.points;
  CHECK(checks_of(layer, softmax_centroids(layer.weight, layer.bias)).failed() == 0);
}

TEST_CASE("a Gauss head passes with its own centroids and fails with another") {
  Random random(3);
  GaussHead head(3, 4, random, {.low = -1, .high = 1});
  head.to(Dtype::f64);
  head.gamma.assign(from({.2, .5, 1, 2}, {4}));
  Tensor points = normal({50, 3}, 0, 1, random, Dtype::f64);
  for (Index j = 0; j < 3; ++j) points.mutable_data<double>()[j] = 0;  // from the origin, no ray
  const Tensor logits = head(points).detach(), right = head.weight.detach().clone(), wrong = right.clone();
  wrong.mutable_data<double>()[4] += 3;
  Checks good, bad;
  check_centroids(good, CentroidForm{right, head.gamma}, logits, points);
  check_centroids(bad, CentroidForm{wrong, head.gamma}, logits, points);
  for (const Check& check : good.all()) CHECK_MESSAGE(check.ok(), check.name, " ", check.value);
  CHECK(good.all().size() == 3);
  CHECK_FALSE(passes(bad, "gauss-logits"));
  CHECK_FALSE(passes(bad, "gauss-is-nearest-centroid"));
  CHECK(passes(bad, "gauss-fades"));
}

TEST_CASE("a DUQ head passes with its own centroids and fails with another") {
  Random random(3);
  DuqHead head(3, 4, random, {.centroid_size = 5, .gamma = 0.5});
  head.to(Dtype::f64);
  for (Index j = 0; j < 5; ++j)  // class 0 does not see the first feature: no ray along it fades
    head.weight.mutable_data<double>()[j * 4 * 3] = 0;
  Tensor points = normal({50, 3}, 0, 1, random, Dtype::f64);
  for (Index j = 0; j < 3; ++j) points.mutable_data<double>()[j] = j == 0;
  const Tensor logits = head(points).detach(), wrong = head.class_spaces().centroids.clone();
  wrong.mutable_data<double>()[6] += 3;
  Checks good, bad;
  check_centroids(good, head.class_spaces(), logits, points);
  check_centroids(bad, ClassSpaceForm{head.weight, wrong, 0.5}, logits, points);
  for (const Check& check : good.all()) CHECK_MESSAGE(check.ok(), check.name, " ", check.value);
  CHECK(good.all().size() == 3);
  CHECK_FALSE(passes(bad, "duq-logits"));
  CHECK_FALSE(passes(bad, "duq-is-nearest-centroid"));
  CHECK(passes(bad, "duq-fades"));
}

TEST_CASE("a confidence that grows with distance fails") {
  Checks duq, gauss;
  const Tensor still = zeros({1, 1}, Dtype::f64), one = ones({1, 1}, Dtype::f64);
  check_centroids(gauss, CentroidForm{still, full({1}, -1, Dtype::f64)}, still, one);
  CHECK_FALSE(passes(gauss, "gauss-fades"));
  check_centroids(duq, ClassSpaceForm{ones({1, 1, 1}, Dtype::f64), still, -1}, still, one);
  CHECK_FALSE(passes(duq, "duq-fades"));
}

TEST_CASE("mismatches are counted where the logits are further apart than a tie") {
  const Tensor logits = from({1, 2, 3, 3, 2.5, 0}, {3, 2}, Dtype::f64);
  CHECK(mismatches(logits, std::vector<int>{1, 1, 0}, 0) == 0);
  CHECK(mismatches(logits, std::vector<int>{0, 1, 1}, 0) == 2);
  CHECK(mismatches(logits, std::vector<int>{0, 1, 1}, 1) == 1);
  CHECK_THROWS_WITH_AS(mismatches(logits, std::vector<int>{0}, 0), "mismatches: 1 classes for logits (3, 2)",
                       Error);
}
