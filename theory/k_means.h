// Softmax as k-means (arXiv 2001.01987): what its assignment minimises, and what cross-entropy is in terms of
// centroids.
//
// T3. Let D (m, d) be points, Z (c, d) centroids and Y (m, c) one-hot. |D - Y Z|^2 is a sum over points, each
//   of which takes part through its own centroid alone; so the nearest centroids are a global minimum over
//   all Y, and by T1 (softmax_centroids.h) that is softmax's prediction. To move one point from its class k
//   to l costs exactly 2 alpha (logit_k - logit_l). The theorem's centroids are in general not the class
//   means: over Z, it is no minimum.
//
// T4. With p = softmax(W x + b), H its entropy and y the label,
//   CE = (|x - z_y|^2 - |x - sum p_k z_k|^2 - 1/2 sum p_k p_l |z_k - z_l|^2) / (2 alpha) + H(p).
//   Proof: -ln p_k = |x - z_k|^2 / (2 alpha) + ln N by T1. Its mean under p is H, which gives ln N; and the
//   mean of |x - z_k|^2 under p is that from p's mean, plus p's variance.
#pragma once

#include <voronet/theory/softmax_centroids.h>

#include <span>

namespace voronet {

// |D - Y Z|_F^2: the sum of squared distances of points (m, d) from the centroids (c, d) that they are
// assigned to. f64. Throws Error when sizes do not fit or an assignment is outside 0..c-1.
double k_means_objective(const Tensor& points, const Tensor& centroids, std::span<const int> assignment);

// What the objective rises by when one point moves from its class to another: (m, c), 0 at its own.
Tensor flip_costs(const Tensor& points, const SoftmaxCentroids& centroids, std::span<const int> assignment);

// The four parts of cross-entropy, of points (n, d) for every possible label. Their sum is it.
struct CrossEntropyParts {
  Tensor own;       // (n, c), |x - z_y|^2 / (2 alpha) for label y
  Tensor mean;      // (n, 1), -|x - sum p_k z_k|^2 / (2 alpha)
  Tensor variance;  // (n, 1), -sum p_k p_l |z_k - z_l|^2 / (4 alpha)
  Tensor entropy;   // (n, 1), H(p)
};
// With the posterior p (n, c) of the layer.
CrossEntropyParts cross_entropy_parts(const Tensor& points, const SoftmaxCentroids& centroids,
                                      const Tensor& posterior);

// The share of points (n, d) whose nearest class mean, of these same points, is that of their label.
double class_mean_accuracy(const Tensor& points, std::span<const int> labels, Index classes);

}  // namespace voronet
