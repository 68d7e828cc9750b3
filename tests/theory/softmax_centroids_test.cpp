#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/theory/softmax_centroids.h>

#include <limits>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

using Space = CentroidOptions::Space;

Tensor gaussian(Shape shape, Random& random) { return normal(shape, 0, 1, random, Dtype::f64); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("centroids of two classes are found by hand") {
  // Centred: w = (1, 0), (-1, 0), b = 2, -2. (*): v_1 + t = -2.5, -v_1 + t = 1.5, so v = (-2, 0), t = -0.5.
  const SoftmaxCentroids z = softmax_centroids(from({2, 1, 0, 1}, {2, 2}), from({5, 1}, {2}));
  CHECK_FALSE(z.lifted);
  CHECK(distance(z.shift.to_vector(), {-2, 0}) < 1e-15);
  CHECK(distance(z.centroids.to_vector(), {-1, 0, -3, 0}) < 1e-15);
  CHECK(z.residual < 1e-15);
  CHECK(z.condition == doctest::Approx(1));  // [W|1] has the singular values sqrt(2), sqrt(2)
  // As given: (2, 1).p + beta = 5, (0, 1).p + beta = 1.
  REQUIRE(z.centre);
  CHECK(distance(z.centre->to_vector(), {2, 0}) < 1e-15);
  CHECK(z.beta == doctest::Approx(1));
  CHECK(spread(z) == doctest::Approx(2));
  CHECK(spread(z, *z.centre) < 1e-15);
}

TEST_CASE("the posterior by centroids is softmax of the logits, with and without the lift") {
  Random random(1);
  for (const Index d : {2, 4, 6}) {
    const Tensor weight = gaussian({5, d}, random), bias = gaussian({5}, random),
                 x = gaussian({30, d}, random);
    const Tensor logits = matmul(x, weight, {.b = true}) + bias;
    for (const double alpha : {.1, 1., 10.})
      for (const Space space : {Space::automatic, Space::lifted}) {
        const SoftmaxCentroids z = softmax_centroids(weight, bias, {.alpha = alpha, .space = space});
        CHECK(z.lifted == (space == Space::lifted || d < 4));
        CHECK(z.centroids.shape() == Shape{5, z.lifted ? d + 1 : d});
        CHECK(distance(posterior(x, z), softmax(logits)) < 1e-12);
        CHECK(nearest(x, z) == argmax(logits));
      }
  }
}

TEST_CASE("a layer of too few features is lifted, to height 0 where v = 0 happens to serve") {
  // Four weights of equal length and no bias.
  const Tensor weight = from({1, 1, 1, -1, -1, 1, -1, -1}, {4, 2});
  const SoftmaxCentroids z = softmax_centroids(weight),
                         flat = softmax_centroids(weight, {}, {.space = Space::features});
  CHECK(z.lifted);
  CHECK(z.condition == 0);
  CHECK(distance(z.centroids.to_vector(), {1, 1, 0, 1, -1, 0, -1, 1, 0, -1, -1, 0}) < 1e-15);
  CHECK(z.explanation ==
        "With 2 features, [W|1] cannot have the rank 4; no small shift serves all classes, whatever their "
        "biases, and the centroids are lifted to 3 dimensions (T2).");
  CHECK_FALSE(flat.lifted);
  CHECK(flat.residual == 0);
}

TEST_CASE("a layer with two equal rows is lifted, as [W|1] is singular") {
  const SoftmaxCentroids z = softmax_centroids(from({1, 2, 0, 1, 2, 0, -1, 0, 3}, {3, 3}));
  CHECK(z.lifted);
  CHECK(z.condition < 1e-14);
}

TEST_CASE("two classes without bias need no lift, though what (*) asks of v is 0 but for rounding") {
  Random random(6);
  for (int trial = 0; trial < 100; ++trial) {
    const SoftmaxCentroids z = softmax_centroids(0.3 * gaussian({2, 4}, random));
    CHECK_FALSE(z.lifted);
    CHECK(contains(z.explanation, "one shift serves all classes"));
  }
}

TEST_CASE("a bias that all classes share is none") {
  Random random(7);
  const SoftmaxCentroids z = softmax_centroids(gaussian({6, 2}, random), full({6}, 0.1, Dtype::f64));
  REQUIRE(z.centre);  // by rounding alone b - mean b is not quite 0, and W has not the rank to make up for it
  CHECK(spread(z, *z.centre) < 1e-14);
}

TEST_CASE("an ill-conditioned layer is lifted, and its shift stays small") {
  Random random(2);
  const Tensor weight = gaussian({4, 3}, random) * from({1, 1, 1e-6}, {1, 3}, Dtype::f64),
               bias = gaussian({4}, random);
  const SoftmaxCentroids z = softmax_centroids(weight, bias),
                         far = softmax_centroids(weight, bias, {.cutoff = 0, .space = Space::features});
  CHECK(z.lifted);
  CHECK(z.condition < 1e-5);
  CHECK(contains(z.explanation, "of the largest, below 0.001; no small shift serves all classes"));
  CHECK(contains(z.explanation, "lifted to 4 dimensions (T2)"));
  const auto length = [](const Tensor& v) { return sum(square(v)).item(); };
  CHECK(length(z.shift) < 100);
  CHECK(length(far.shift) > 1e8);
  CHECK_FALSE(far.lifted);
  CHECK(far.residual < 1e-9);  // in f64, still
}

TEST_CASE("a layer with features that are never used is like one without them") {
  Random random(3);
  const Tensor weight = gaussian({4, 3}, random), bias = gaussian({4}, random);
  const SoftmaxCentroids z = softmax_centroids(weight, bias),
                         wide = softmax_centroids(pad(weight, 1, 0, 2), bias);
  CHECK(distance(wide.centroids, pad(z.centroids, 1, 0, 2)) < 1e-12);
  CHECK(wide.condition == doctest::Approx(z.condition));
}

TEST_CASE("lifted with no shift, weights without bias lie on a sphere around the origin") {
  Random random(4);
  const SoftmaxCentroids z =
      softmax_centroids(gaussian({12, 3}, random), {}, {.cutoff = 2, .space = Space::lifted});
  CHECK(distance(z.shift.to_vector(), {0, 0, 0}) == 0);
  CHECK(spread(z) < 1e-14);
}

TEST_CASE("centroids may move at right angles to the weights") {
  Random random(5);
  const Tensor weight = gaussian({4, 6}, random), x = gaussian({10, 6}, random);
  for (const Space space : {Space::automatic, Space::lifted}) {
    const SoftmaxCentroids z = softmax_centroids(weight, {}, {.space = space});
    const Tensor u = orthogonal_to_weight(z, gaussian({6}, random));
    CHECK(sum(square(u)).item() > 0.01);
    CHECK(distance(matmul(reshape(u, {1, 6}), z.weight, {.b = true}), zeros({1, 4})) < 1e-14);
    const SoftmaxCentroids elsewhere = moved(z, u);
    CHECK(distance(elsewhere.centroids, z.centroids) > 0.01);
    CHECK(distance(posterior(x, elsewhere), posterior(x, z)) < 1e-12);
    CHECK(distance(elsewhere.shift, z.shift + u) == 0);
  }
}

TEST_CASE("a layer whose weights are all equal knows nothing of features, and is lifted by its bias alone") {
  const SoftmaxCentroids z = softmax_centroids(ones({3, 2}), from({0, 1, 2}, {3}));
  CHECK(z.lifted);
  CHECK_FALSE(z.centre);
  CHECK(nearest(from({-5, 7, 0, 0}, {2, 2}), z) == std::vector<int>{2, 2});
}

TEST_CASE("layers that have no centroids are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(softmax_centroids(ones({1, 3})),
                       "softmax centroids: 1 class: there is nothing to tell it from", Error);
  CHECK_THROWS_WITH_AS(
      softmax_centroids(ones({3, 1})),
      "softmax centroids: 1 feature: on a line only two points are equally far from the origin; "
      "at least 2 features are needed",
      Error);
  CHECK_THROWS_WITH_AS(softmax_centroids(from({1, nan, 3, 4}, {2, 2})),
                       "softmax centroids: the weight (2, 2) holds nan, not only finite values", Error);
  CHECK_THROWS_WITH_AS(
      softmax_centroids(ones({2, 2}), from({1, std::numeric_limits<double>::infinity()}, {2})),
      "softmax centroids: the bias (2) holds inf, not only finite values", Error);
  CHECK_THROWS_WITH_AS(softmax_centroids(ones({2, 2}), ones({3})),
                       "softmax centroids: weight (2, 2) must be (classes, features), and a bias (classes)",
                       Error);
  CHECK_THROWS_WITH_AS(softmax_centroids(ones({2, 2}), {}, {.alpha = 0}),
                       "softmax centroids: alpha 0 is not a positive number", Error);
}
