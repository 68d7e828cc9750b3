// Checks of the theorems of softmax_centroids.h and k_means.h on a layer's features, with centroids that may
// be wrong: then some fail.
//
// Tolerances. A squared distance of f64 vectors is rounded by some 1e-16 of (|x| + |z|)^2. So what compares
// distances with logits passes up to 1e-12 (1 + max |z|^2 + max |x|^2), divided by alpha where it is logits
// and alpha < 1; and two classes count as tied, so that either may be the prediction, when their logits are
// less than 1e-8 or that apart. Norms of centroids may differ by 1e-12, or 1e-12 of the largest; by 1e-14
// where v = 0, since nothing was solved for.
#pragma once

#include <voronet/core/random.h>
#include <voronet/theory/check.h>
#include <voronet/theory/softmax_centroids.h>

#include <span>

namespace voronet {

// Of a softmax layer, weight (c, d) and bias (c) or undefined; what is said to be its centroids; and points
// (n, d), its features. Computed in f64, whatever their dtypes; `random` draws a shift. Throws Error when
// shapes do not fit.
void check_softmax_centroids(Checks& checks, const Tensor& weight, const Tensor& bias,
                             const SoftmaxCentroids& centroids, const Tensor& points, Random& random);

// Of a Gauss head: its gamma (c), what is said to be its centroids (c, d), and its logits (n, c) of the
// points (n, d), computed in f64: that logit_k = -gamma_k |x - z_k|^2, that it predicts the class whose
// centroid is nearest in units of 1 / sqrt(gamma_k), and that the confidence falls to 0 along every ray.
void check_gauss_centroids(Checks& checks, const Tensor& gamma, const Tensor& centroids, const Tensor& logits,
                           const Tensor& points);

// What rounding may do to squared distances of points (n, d) from centroids (c, d): unit (1 + max |x|^2 + max
// |z|^2), all f64.
double distance_tolerance(const Tensor& points, const Tensor& centroids, double unit = 1e-12);

// How many of n points the classes n contradict the logits (n, c) in f64: their logit is below the largest by
// more than a tie. NaN counts.
Index mismatches(const Tensor& logits, std::span<const int> classes, double tie);

}  // namespace voronet
