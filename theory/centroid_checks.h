// Checks of the theorems of softmax_centroids.h and k_means.h on a layer's features, with centroids that may
// be wrong: then some fail.
//
// Tolerances. What compares distances with logits passes up to 1e-12 (1 + max |z|^2), in logits (in squared
// distances, 2 alpha times that). Norms of centroids may differ by 1e-12; by 1e-14 where v = 0, since nothing
// was solved for. Two classes count as tied, so that either may be the prediction, when their logits are less
// than 1e-8 apart, or than the first of these.
// Where f64 cannot keep that, the tolerance is what rounding may do: a sum of d products is rounded by up to
// d epsilon of its size, here (|x| + |z|)^2 / (2 alpha) or |z|. That takes features far from the origin or a
// small alpha (all distances of a point contain |x|^2, which only their differences lose), or large norms.
#pragma once

#include <voronet/core/random.h>
#include <voronet/layers/heads/form.h>
#include <voronet/theory/check.h>
#include <voronet/theory/softmax_centroids.h>

#include <limits>
#include <span>

namespace voronet {

// Of a softmax layer; what is said to be its centroids; and points (n, d), its features. Computed in f64,
// whatever their dtypes; `random` draws a shift. Throws Error when shapes do not fit.
void check_centroids(Checks& checks, const LinearForm& layer, const SoftmaxCentroids& centroids,
                     const Tensor& points, Random& random);

// Of a head of centroids: what is said to be its form, and its logits (n, c) of the points (n, d), computed
// in f64: that these are the form's, that it predicts the class whose centroid is nearest in units of 1 /
// sqrt(gamma_k) (of the second kind: in that class's own space), and that the confidence falls to 0 along
// every ray (that W_k does not take to 0).
void check_centroids(Checks& checks, const CentroidForm& said, const Tensor& logits, const Tensor& points);
void check_centroids(Checks& checks, const ClassSpaceForm& said, const Tensor& logits, const Tensor& points);

// What rounding may do to squared distances of points from centroids (c, d), both in f64: (d + 4) epsilon
// (max |x| + max |z|)^2. For distances in float32, epsilon is float32's.
double distance_rounding(const Tensor& points, const Tensor& centroids,
                         double epsilon = std::numeric_limits<double>::epsilon());

// How many of n points the classes n contradict the logits (n, c) in f64: their logit is below the largest by
// more than a tie. NaN counts.
Index mismatches(const Tensor& logits, std::span<const int> classes, double tie);

}  // namespace voronet
