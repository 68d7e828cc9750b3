#include <voronet/core/operators.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/softmax_centroids.h>
#include <voronet/theory/svd.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

Tensor row(const Tensor& x) { return reshape(x, {1, -1}); }

// W v: (c, d) and (d) -> (c).
Tensor times(const Tensor& weight, const Tensor& v) {
  return reshape(matmul(row(v), weight, {.b = true}), {-1});
}

Tensor row_norms(const Tensor& x) { return sqrt(sum(square(x), {1})); }

Tensor centred(const Tensor& x) { return x - mean(x, {0}, Dims::keep); }

// The largest error of v in W v = y.
double error(const Tensor& weight, const Tensor& v, const Tensor& y) {
  return largest(abs(times(weight, v) - y));
}

// Whether rounding alone may be that error, for a y that was computed from numbers of this size.
bool solves(const Tensor& weight, const Tensor& v, const Tensor& y, double size) {
  return error(weight, v, y) <= 1e-13 * (size + largest(row_norms(weight)) * largest(row_norms(row(v))));
}

// The singular values of [W|1], W (c, d) being centred: W's first c - 1, and sqrt(c), since the column of
// ones is at right angles to all of W's.
struct Extremes {
  double largest, condition;
};

Extremes extremes(const Svd& of_weight, Index classes) {
  const double ones = std::sqrt(static_cast<double>(classes)), high = std::max(of_weight.s.front(), ones);
  if (std::ssize(of_weight.s) < classes - 1) return {high, 0};
  return {high, std::min(of_weight.s[classes - 2], ones) / high};
}

std::string explain(const SoftmaxCentroids& z, double cutoff) {
  const Index c = z.weight.dim(0), d = z.weight.dim(1);
  const std::string rank = d < c - 1 ? text("With ", d, " features, [W|1] cannot have the rank ", c)
                                     : text("The smallest singular value of [W|1] is ", z.condition,
                                            " of the largest, ", z.condition < cutoff ? "" : "not ", "below ",
                                            cutoff),
                    shift = z.condition < cutoff
                                ? "no small shift serves all classes, whatever their biases"
                                : text("one shift serves all classes (error ", z.residual, ")"),
                    place = z.lifted ? text("are lifted to ", d + 1, " dimensions (T2)")
                                     : text("lie among the features, in ", d, " dimensions (T1)");
  return text(rank, "; ", shift, ", and the centroids ", place, ".");
}

}  // namespace

SoftmaxCentroids softmax_centroids(const Tensor& weight, const Tensor& bias, const CentroidOptions& options) {
  require(weight.rank() == 2 && (!bias.defined() || bias.shape() == Shape{weight.dim(0)}),
          "softmax centroids: weight ", weight.shape(), " must be (classes, features), and a bias (classes)");
  const Index c = weight.dim(0), d = weight.dim(1);
  require(c >= 2, "softmax centroids: ", c, " class: there is nothing to tell it from");
  require(
      d >= 2, "softmax centroids: ", d,
      " feature: on a line only two points are equally far from the origin; at least 2 features are needed");
  require(options.alpha > 0 && std::isfinite(options.alpha), "softmax centroids: alpha ", options.alpha,
          " is not a positive number");
  const Tensor given = weight.detach().to(Dtype::f64),
               given_bias = bias.defined() ? bias.detach().to(Dtype::f64) : zeros({c}, Dtype::f64);
  largest_magnitude("softmax centroids: the weight", given);
  largest_magnitude("softmax centroids: the bias", given_bias);

  SoftmaxCentroids z;
  z.alpha = options.alpha;
  z.weight = centred(given);
  z.bias = centred(given_bias);
  const Svd decomposition = svd(z.weight);
  const auto [high, condition] = extremes(decomposition, c);
  const double cutoff = std::max(options.cutoff, 1e-14);
  z.condition = condition;

  // The sum of (*) over the classes is c t = the sum of the right side, as the rows of W add to 0.
  const Tensor heights = -z.bias - z.alpha / 2 * sum(square(z.weight), {1});
  const Tensor wanted = centred(heights);
  z.shift = least_squares(decomposition, wanted, cutoff * high);
  z.residual = error(z.weight, z.shift, wanted);

  z.centroids = z.alpha * z.weight + row(z.shift);
  z.lifted = options.space == CentroidOptions::Space::lifted ||
             (options.space == CentroidOptions::Space::automatic && z.condition < cutoff);
  if (z.lifted) {
    const Tensor s = times(z.weight, z.shift) - wanted;  // up to a constant
    const Tensor lift = sqrt(2 * z.alpha * (largest(s) - s));
    z.centroids = concat({z.centroids, reshape(lift, {c, 1})}, 1);
  }

  const Tensor centre = least_squares(decomposition, z.bias, cutoff * high);
  if (solves(z.weight, centre, z.bias, largest(abs(given_bias)))) {
    z.centre = centre;
    z.beta = mean(given_bias - times(given, centre)).item();
  }
  z.explanation = explain(z, cutoff);
  return z;
}

SoftmaxCentroids moved(const SoftmaxCentroids& centroids, const Tensor& u) {
  SoftmaxCentroids result = centroids;
  result.shift = centroids.shift + u;
  result.centroids = centroids.centroids + placed(row(u), centroids);
  return result;
}

Tensor orthogonal_to_weight(const SoftmaxCentroids& centroids, const Tensor& direction) {
  const Svd decomposition = svd(centroids.weight);
  std::vector<double> real;  // the others are rounding: the rows have no part along them
  for (const double s : decomposition.s) real.push_back(s > 1e-14 * decomposition.s[0]);
  const Tensor along =
      matmul(row(direction), decomposition.v) * row(from(real, {std::ssize(real)}, Dtype::f64));
  return direction - reshape(matmul(along, decomposition.v, {.b = true}), {-1});
}

Tensor placed(const Tensor& points, const SoftmaxCentroids& centroids) {
  const Tensor x = points.detach().to(Dtype::f64);
  return centroids.lifted ? pad(x, 1, 0, 1) : x;
}

Tensor squared_distances(const Tensor& points, const SoftmaxCentroids& centroids) {
  return squared_distances(placed(points, centroids), centroids.centroids);
}

std::vector<int> nearest(const Tensor& points, const SoftmaxCentroids& centroids) {
  return nearest(placed(points, centroids), centroids.centroids);
}

Tensor posterior(const Tensor& points, const SoftmaxCentroids& centroids) {
  return softmax(squared_distances(points, centroids) / (-2 * centroids.alpha));
}

double spread(const SoftmaxCentroids& centroids, const Tensor& p) {
  const Tensor norms =
      row_norms(p.defined() ? centroids.centroids + placed(row(p), centroids) : centroids.centroids);
  return largest(norms) + largest(-norms);
}

}  // namespace voronet
