// The plane of features: both heads, their centroids, and what the theorems say of them.
//
// A softmax layer is W (c, d) and b (c); its centroids are z_k = alpha w_k + v for a shift v (d), lifted by
// one more coordinate (T2), so that they are (c, d + 1): where v solves T1's equations, all lifts are 0.
// Weights are not centred here: that moves v by alpha times their mean, and nothing else.
#include <voronet/core/autograd.h>
#include <voronet/layers/heads/form.h>
#include <voronet/theory/centroid_checks.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/k_means.h>
#include <voronet/theory/svd.h>
#include <voronet/web/module.h>

#include <cmath>

using namespace voronet;
using namespace voronet::web;

namespace {

// The page's centroids of a softmax layer, right or moved away, in the library's terms.
SoftmaxCentroids claimed(const double* centroids, Index c, Index d, double alpha) {
  SoftmaxCentroids z;
  z.centroids = matrix(centroids, c, d + 1);
  z.alpha = alpha;
  z.lifted = true;
  return z;
}

LinearForm linear(const double* w, const double* b, Index c, Index d) {
  return {matrix(w, c, d), vector(b, c)};
}
CentroidForm gauss(const double* z, const double* gamma, Index c, Index d) {
  return {matrix(z, c, d), vector(gamma, c)};
}

}  // namespace

// The shift v (d) that T1 asks for: out is v, then whether it solves T1's equations for every bias (1) or the
// lift is needed (0), their error, whether all centroids are equally far from a point -p (1), and p (d).
PAGE(shift) void shift(int c, int d, const double* w, const double* b, double alpha, double* out) {
  const Tensor weight = matrix(w, c, d);
  const SoftmaxCentroids z = softmax_centroids(weight, vector(b, c), {.alpha = alpha});
  write(z.shift - alpha * mean(weight, {0}), out);
  out[d] = z.lifted ? 0 : 1;
  out[d + 1] = z.residual;
  out[d + 2] = z.centre ? 1 : 0;
  if (z.centre) write(*z.centre, out + d + 3);
}

// A direction at right angles to all differences of weights, of length 1, in which v may move: (d), or 0.
PAGE(null_direction) void null_direction(int c, int d, const double* w, double* out) {
  const SoftmaxCentroids z = softmax_centroids(matrix(w, c, d));
  Tensor longest = zeros({d}, Dtype::f64);
  double most = 1e-6;
  for (Index i = 0; i < d; ++i) {
    std::vector<double> axis(d);
    axis[i] = 1;
    const Tensor free = orthogonal_to_weight(z, from(axis, {d}, Dtype::f64));
    if (const double length = std::sqrt(sum(square(free)).item()); length > most) {
      most = length;
      longest = free / length;
    }
  }
  write(longest, out);
}

// The plane through three points (3, d), no matter which: out is a point of it and two directions, (3, d).
PAGE(plane_through) void plane_through(int d, const double* points, double* out) {
  const Tensor three = matrix(points, 3, d), first = slice(three, 0, 0, 1);
  const Svd sides = svd(transpose(slice(three, 0, 1, 3) - first));
  require(sides.s[1] > 1e-9 * sides.s[0], "These three centroids lie on a line: no plane is theirs alone.");
  write(concat({first, transpose(sides.u)}, 0), out);
}

// T2 for any v: out (c, d + 1).
PAGE(lifted)
void lifted(int c, int d, const double* w, const double* b, double alpha, const double* v, double* out) {
  const Tensor weight = matrix(w, c, d), moved = matrix(v, 1, d);
  const Tensor s = vector(b, c) + alpha / 2 * sum(square(weight), {1}) + sum(weight * moved, {1});
  const Tensor heights = sqrt(2 * alpha * (max(s, 0) - s));
  write(concat({alpha * weight + moved, reshape(heights, {c, 1})}, 1), out);
}

// Of centroids z (c, d + 1), which may be wrong, and points (n, d) with labels: out is
// 0 T1's residual: by how much logits and -|x - z_k|^2 / (2 alpha) differ, up to a constant for each point
// 1 points whose nearest centroid is not the class of the largest logit, ties aside
// 2 the k-means objective, each point with its nearest centroid   3 the least that moving a point costs (T3)
// 4..7 cross-entropy's four terms (T4), means   8 cross-entropy itself
// 9 how much the largest |z_k + p| is above the smallest, and 10 the largest   11 the share that is right
PAGE(softmax_facts)
void softmax_facts(int c, int d, const double* w, const double* b, double alpha, const double* centroids,
                   const double* p, int n, const double* points, const int* labels, double* out) {
  const NoGrad scope;
  const SoftmaxCentroids z = claimed(centroids, c, d, alpha);
  const Tensor x = matrix(points, n, d), logits = linear(w, b, c, d).logits(x),
               squares = squared_distances(x, z);
  const std::vector<int> own = labels_of(labels, n), assigned = nearest(x, z);
  const Tensor difference = logits + squares / (2 * alpha);
  out[0] = max(reshape(abs(difference - mean(difference, {1}, Dims::keep)), {-1}), 0).item();
  out[1] = static_cast<double>(mismatches(logits, assigned, 1e-8));
  out[2] = k_means_objective(placed(x, z), z.centroids, assigned);
  const Tensor costs = flip_costs(x, z, assigned),
               others = costs + 1e300 * one_hot(assigned, c, Dtype::f64);  // but its own class
  out[3] = -max(reshape(-others, {-1}), 0).item();
  const CrossEntropyParts parts = cross_entropy_parts(x, z, softmax(logits));
  const Tensor chosen = one_hot(own, c, Dtype::f64);
  out[4] = mean(sum(parts.own * chosen, {1})).item();
  out[5] = mean(parts.mean).item();
  out[6] = mean(parts.variance).item();
  out[7] = mean(parts.entropy).item();
  out[8] = -mean(sum(log_softmax(logits) * chosen, {1})).item();
  const Tensor centre = vector(p, d);
  out[9] = spread(z, centre);
  out[10] = sqrt(max(sum(square(z.centroids + placed(reshape(centre, {1, d}), z)), {1}), 0)).item();
  out[11] = share_right(logits, own);
}

// 0 points whose nearest centroid is not the class   1 the k-means objective   2 the share that is right
PAGE(gauss_facts)
void gauss_facts(int c, int d, const double* z, const double* gamma, int n, const double* points,
                 const int* labels, double* out) {
  const NoGrad scope;
  const CentroidForm form = gauss(z, gamma, c, d);
  const Tensor x = matrix(points, n, d), logits = form.logits(x);
  const std::vector<int> assigned = nearest(x, form.centroids);
  out[0] = static_cast<double>(mismatches(logits, assigned, 0));
  out[1] = k_means_objective(x, form.centroids, assigned);
  out[2] = share_right(logits, labels_of(labels, n));
}

// out: grid x grid x 3 bytes (write_ground) of the plane's own points.
PAGE(softmax_ground)
void softmax_ground(int c, int d, const double* w, const double* b, double alpha, const double* centroids,
                    const double* plane, const double* window, int grid, std::uint8_t* out) {
  const NoGrad scope;
  const Tensor x = grid_points(plane, d, window, grid), logits = linear(w, b, c, d).logits(x);
  write_ground(logits, softmax(logits), nearest(x, claimed(centroids, c, d, alpha)), out);
}
PAGE(gauss_ground)
void gauss_ground(int c, int d, const double* z, const double* gamma, const double* plane,
                  const double* window, int grid, std::uint8_t* out) {
  const NoGrad scope;
  const Tensor squares = squared_distances(grid_points(plane, d, window, grid), matrix(z, c, d));
  const Tensor logits = -vector(gamma, c) * squares;
  write_ground(logits, exp(logits), argmax(-squares), out);
}

// Logits and confidences (n, c) of points (n, d).
PAGE(softmax_at)
void softmax_at(int c, int d, const double* w, const double* b, int n, const double* points, double* logits,
                double* confidences) {
  const NoGrad scope;
  const Tensor l = linear(w, b, c, d).logits(matrix(points, n, d));
  write(l, logits);
  write(softmax(l), confidences);
}
PAGE(gauss_at)
void gauss_at(int c, int d, const double* z, const double* gamma, int n, const double* points, double* logits,
              double* confidences) {
  const NoGrad scope;
  const Tensor l = gauss(z, gamma, c, d).logits(matrix(points, n, d));
  write(l, logits);
  write(exp(l), confidences);
}

// What the k-means objective rises by when one point (d) moves to each class (T3): (c).
PAGE(move_costs)
void move_costs(int c, int d, double alpha, const double* centroids, const double* point, double* out) {
  const NoGrad scope;
  const SoftmaxCentroids z = claimed(centroids, c, d, alpha);
  const Tensor x = matrix(point, 1, d);
  write(flip_costs(x, z, nearest(x, z)), out);
}

// A step of k-means: each centroid (c, columns) to the mean of the points (n, columns) nearest it; one
// without points stays.
PAGE(k_means_step) void k_means_step(int c, int columns, double* centroids, int n, const double* points) {
  const NoGrad scope;
  const Tensor x = matrix(points, n, columns);
  const Tensor chosen = one_hot(nearest(x, matrix(centroids, c, columns)), c, Dtype::f64);
  const Tensor sums = matmul(chosen, x, {.a = true}), counts = sum(chosen, {0});
  for (Index k = 0; k < c; ++k)
    for (Index j = 0; j < columns && counts.at(k) > 0; ++j)
      centroids[k * columns + j] = sums.at(k * columns + j) / counts.at(k);
}
