// Checks of the theorems of softmax_centroids.h and k_means.h on a layer, with centroids that may be wrong.
#pragma once

#include <voronet/core/random.h>
#include <voronet/theory/check.h>
#include <voronet/theory/softmax_centroids.h>

namespace voronet {

// A softmax layer, weight (c, d) and bias (c) or undefined; what is said to be its centroids; and points
// (n, d), its features. Computed in f64. Fails when a centroid is wrong. `random` draws shifts.
void check_softmax_centroids(Checks& checks, const Tensor& weight, const Tensor& bias,
                             const SoftmaxCentroids& centroids, const Tensor& points, Random& random);

// A Gauss head, weight (c, d) and gamma (c), its logits (n, c) of the points, and what is said to be its
// centroids (c, d): that the logits are -gamma_k |x - z_k|^2, that the prediction is the nearest centroid in
// units of 1 / sqrt(gamma_k), and that the confidence along every ray falls to 0.
void check_gauss_centroids(Checks& checks, const Tensor& gamma, const Tensor& centroids, const Tensor& logits,
                           const Tensor& points);

// That in float32, T1 alone misassigns points of an ill-conditioned layer (of features that hardly vary), and
// T2 does not.
void check_float32_lift(Checks& checks, Random& random);

// All of these on random layers: each draw another c and d in 2..12, d < c - 1 included, with and without
// bias.
void check_random_centroids(Checks& checks, Index draws, Random& random);

}  // namespace voronet
