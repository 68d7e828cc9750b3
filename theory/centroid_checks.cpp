#include <voronet/core/operators.h>
#include <voronet/theory/centroid_checks.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/k_means.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

double count(Index n) { return static_cast<double>(n); }

double largest_square(const Tensor& rows) { return largest(sum(square(rows), {1})); }

double largest_norm(const Tensor& rows) { return std::sqrt(largest_square(rows)); }

// What rounding may do to sums of d products that are of this size.
double rounding(Index d, double size, double epsilon = std::numeric_limits<double>::epsilon()) {
  return count(d + 4) * epsilon * size;
}

// The largest difference of two (n, c), after the mean of each row is taken off both.
double difference_within_rows(const Tensor& a, const Tensor& b) {
  const Tensor difference = a - b;
  return largest(abs(difference - mean(difference, {1}, Dims::keep)));
}

// A softmax layer, its features and its centroids, in f64.
struct Layer {
  const SoftmaxCentroids& centroids;
  Tensor weight, bias;  // the bias is 0 without one
  Tensor points;        // (n, d)
  Tensor logits;        // (n, c)
  std::vector<int> predicted;

  bool without_bias() const { return largest(abs(centroids.bias)) == 0; }
};

double logit_tolerance(const Tensor& points, const SoftmaxCentroids& centroids) {
  return std::max(1e-12 * (1 + largest_square(centroids.centroids)),
                  distance_rounding(points, centroids.centroids) / (2 * centroids.alpha));
}

double tie(const Tensor& points, const SoftmaxCentroids& centroids) {
  return std::max(1e-8, logit_tolerance(points, centroids));
}

void check_posterior(Checks& checks, const Layer& layer, Random& random) {
  const SoftmaxCentroids& z = layer.centroids;
  checks.trial("softmax-is-nearest-centroid",
               "logits are -|x - z_k|^2 / (2 alpha) up to a constant for each point (T1, T2)",
               difference_within_rows(layer.logits, squared_distances(layer.points, z) / (-2 * z.alpha)),
               logit_tolerance(layer.points, z));
  checks.trial("nearest-is-argmax", "the nearest centroid is the largest logit's class, ties aside",
               count(mismatches(layer.logits, nearest(layer.points, z), tie(layer.points, z))), 0);
  for (const double alpha : {.1, 1., 10.}) {
    const SoftmaxCentroids other = softmax_centroids(layer.weight, layer.bias, {.alpha = alpha});
    const Tensor scores = squared_distances(layer.points, other) / (-2 * alpha);
    checks.trial("any-temperature", "the centroids of other alpha have the same cells",
                 count(mismatches(scores, nearest(layer.points, z),
                                  std::max(tie(layer.points, other), tie(layer.points, z)))),
                 0);
  }
  const Tensor u = orthogonal_to_weight(z, normal({z.weight.dim(1)}, 0, 1, random, Dtype::f64));
  const SoftmaxCentroids elsewhere = moved(z, u);
  checks.trial("free-shift", "centroids moved at right angles to all weights give the same posterior",
               largest(abs(posterior(layer.points, elsewhere) - softmax(layer.logits))),
               logit_tolerance(layer.points, elsewhere));
}

void check_spheres(Checks& checks, const Layer& layer) {
  const SoftmaxCentroids& z = layer.centroids;
  const auto tolerance = [](double least, const Tensor& centroids, const Tensor& p = {}) {
    return std::max(
        least, rounding(centroids.dim(1),
                        largest_norm(centroids) + (p.defined() ? largest_norm(reshape(p, {1, -1})) : 0)));
  };
  if (layer.without_bias())
    checks.trial("equidistant-from-origin", "without bias, all centroids are equally far from the origin",
                 spread(z), tolerance(1e-12, z.centroids));
  else if (z.centre)
    checks.trial("equidistant-from-centre", "with W p + beta 1 = b, all centroids are equally far from -p",
                 spread(z, *z.centre), tolerance(1e-12, z.centroids, *z.centre));
  const SoftmaxCentroids sphere = softmax_centroids(
      layer.weight, {}, {.alpha = z.alpha, .cutoff = 2, .space = CentroidOptions::Space::lifted});
  checks.trial("sphere-lift", "the weights, lifted with v = 0, are equally far from the origin",
               spread(sphere), tolerance(1e-14, sphere.centroids));
}

void check_k_means(Checks& checks, const Layer& layer) {
  const SoftmaxCentroids& z = layer.centroids;
  const double tolerance = 2 * z.alpha * logit_tolerance(layer.points, z);
  const Index n = layer.logits.dim(0), c = layer.logits.dim(1);
  const Tensor own = gather(layer.logits, at_labels(layer.predicted, c), {n, 1}),
               costs = flip_costs(layer.points, z, layer.predicted);
  checks.trial("flip-cost", "to move a point to class l costs k-means 2 alpha (logit_k - logit_l) (T3)",
               largest(abs(costs - 2 * z.alpha * (own - layer.logits))), tolerance);
  checks.trial("flip-gains-nothing", "no point's move lowers the k-means objective (T3): the most it gains",
               largest(0 - costs), tolerance);
  const Tensor places = placed(layer.points, z);
  checks.trial("k-means-minimum", "softmax's assignment has the least k-means objective (T3): its excess",
               k_means_objective(places, z.centroids, layer.predicted) -
                   k_means_objective(places, z.centroids, nearest(layer.points, z)),
               static_cast<double>(n) * tolerance);
}

void check_cross_entropy(Checks& checks, const Layer& layer) {
  const auto parts = cross_entropy_parts(layer.points, layer.centroids, softmax(layer.logits));
  checks.trial(
      "cross-entropy", "cross-entropy is its four parts, for every point and label (T4)",
      largest(abs(parts.own + parts.mean + parts.variance + parts.entropy + log_softmax(layer.logits))),
      logit_tolerance(layer.points, layer.centroids));
}

void check_cones(Checks& checks, const Layer& layer) {
  if (!layer.without_bias()) return;
  for (const double s : {.1, 3., 10.}) {
    const Tensor scaled = s * layer.points;
    checks.trial(
        "cones", "without bias, s x is of x's class for every s > 0, ties aside",
        count(mismatches(s * layer.logits, nearest(scaled, layer.centroids), tie(scaled, layer.centroids))),
        0);
  }
}

// The largest of the confidences exp(-g_k |s x - z_k|^2), s so large for each point x that it should be 0.
// Points at the origin do not count.
double confidence_far_away(const Tensor& g, const Tensor& z, const Tensor& x) {
  // |s x - z| >= s |x| - |z|, which is this far when s is as large as it says.
  const double far = std::sqrt(30 / -largest(-g)) + largest_norm(z);
  const Tensor lengths = sqrt(sum(square(x), {1}, Dims::keep));
  const Tensor rays = x * (far / clamp(lengths, 1e-150, 1e150)), at_origin = less(lengths, 1e-150);
  return largest((1 - at_origin) * exp(-g * squared_distances(rays, z)));
}

}  // namespace

void check_centroids(Checks& checks, const LinearForm& given, const SoftmaxCentroids& centroids,
                     const Tensor& points, Random& random) {
  const Tensor w = given.weight.detach().to(Dtype::f64), x = points.detach().to(Dtype::f64),
               b = given.bias.defined() ? given.bias.detach().to(Dtype::f64) : zeros({w.dim(0)}, Dtype::f64);
  const Tensor logits = matmul(x, w, {.b = true}) + b;
  const Layer layer{centroids, w, b, x, logits, argmax(logits)};
  check_posterior(checks, layer, random);
  check_spheres(checks, layer);
  check_k_means(checks, layer);
  check_cross_entropy(checks, layer);
  check_cones(checks, layer);
}

void check_centroids(Checks& checks, const CentroidForm& said, const Tensor& logits, const Tensor& points) {
  const Tensor g = said.gamma.detach().to(Dtype::f64), z = said.centroids.detach().to(Dtype::f64),
               x = points.detach().to(Dtype::f64);
  const Tensor scores = -g * squared_distances(x, z);
  const double tolerance = std::max(1e-12, largest(g) * distance_rounding(x, z));
  checks.trial("gauss-logits", "a Gauss head's logits are -gamma_k |x - z_k|^2",
               largest(abs(logits - scores)), tolerance);
  checks.trial("gauss-is-nearest-centroid",
               "a Gauss head predicts the centroid nearest in units of 1 / sqrt(gamma_k), ties aside",
               count(mismatches(logits, argmax(scores), std::max(1e-8, tolerance))), 0);
  checks.trial("gauss-fades", "a Gauss head's confidence at s x falls to 0 as s grows",
               confidence_far_away(g, z, x), 1e-12);
}

void check_centroids(Checks& checks, const ClassSpaceForm& said, const Tensor& logits, const Tensor& points) {
  const Tensor w = said.weight.detach().to(Dtype::f64), e = said.centroids.detach().to(Dtype::f64),
               x = points.detach().to(Dtype::f64);
  const Index size = w.dim(0), classes = w.dim(1), d = w.dim(2);
  const double g = said.gamma / count(size);
  const Tensor scores = -g * squared_distances(x, ClassSpaceForm{w, e});
  const double reach = std::sqrt(sum(square(w)).item()) * largest_norm(x) + largest_norm(transpose(e)),
               tolerance = std::max(1e-12, g * rounding(2 * d + size, reach * reach));
  checks.trial("duq-logits", "a DUQ head's logits are -(gamma / size) |W_k x - e_k|^2",
               largest(abs(logits - scores)), tolerance);
  checks.trial("duq-is-nearest-centroid",
               "a DUQ head predicts the centroid nearest in its class's own space, ties aside",
               count(mismatches(logits, argmax(scores), std::max(1e-8, tolerance))), 0);
  for (Index k = 0; k < classes; ++k) {
    const Tensor to_class = reshape(slice(w, 1, k, k + 1), {size, d}),
                 centroid = reshape(slice(e, 1, k, k + 1), {1, size});
    checks.trial("duq-fades", "a DUQ head's confidence at s x falls to 0 as s grows, unless W_k x = 0",
                 confidence_far_away(full({1}, g, Dtype::f64), centroid, matmul(x, to_class, {.b = true})),
                 1e-12);
  }
}

double distance_rounding(const Tensor& points, const Tensor& centroids, double epsilon) {
  const double reach = largest_norm(points) + largest_norm(centroids);
  return rounding(centroids.dim(1), reach * reach, epsilon);
}

Index mismatches(const Tensor& logits, std::span<const int> classes, double tie) {
  const std::vector<int> best = argmax(logits);
  require(best.size() == classes.size(), "mismatches: ", classes.size(), " classes for logits ",
          logits.shape());
  const auto at = [&](const std::vector<int>& labels) {
    return gather(logits, at_labels(labels, logits.dim(1)), {logits.dim(0)});
  };
  const Tensor lost = at(best) - at({classes.begin(), classes.end()});
  const auto values = lost.values<double>();
  return std::count_if(values.begin(), values.end(), [&](double gap) { return !(gap <= tie); });
}

}  // namespace voronet
