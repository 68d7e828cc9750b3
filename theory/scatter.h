// Scatter: how a feature map moves points together, class by class, and what a Lipschitz modulus has to do
// with it (arXiv 2001.01987: networks of a small modulus map points nearer to the centroids).
//
// Let phi be a feature map with |phi(x) - phi(x')| <= L |x - x'|, mu_k the mean of the features of class k
// and R_k the largest distance between two inputs of it. Then
//   (i)   |phi(x) - mu_k| <= L R_k for every x of class k: the mean's distance is at most the mean of the
//         distances |phi(x) - phi(x')| <= L |x - x'|;
//   (ii)  the features' scatter within classes is at most L^2 times the inputs': the scatter within a class
//   of
//         m points is the sum of all |phi(x) - phi(x')|^2 / (2 m);
//   (iii) if 2 L R_k < |mu_k - mu_l| for all l, every x of class k is nearer to its mean than to any other:
//         |phi(x) - mu_l| >= |mu_k - mu_l| - L R_k > L R_k;
//   (iv)  if phi(x) is nearest to z_k and phi(x') to z_l, then |x - x'| >= (|phi(x) - z_l| - |phi(x) - z_k|)
//         / (2 L): on the way the difference of the two distances changes sign, and it moves at most twice as
//         far as the features do.
#pragma once

#include <voronet/core/tensor.h>

#include <span>
#include <vector>

namespace voronet {

// All take points (n, ...) of any dtype as vectors, compute in double, and throw Error where sizes differ.

// Sums of squared distances from the classes' means, and from the mean of all points.
struct Scatter {
  double within = 0, total = 0;
  double ratio() const { return within / total; }  // within / total: NaN where all points are one
};
Scatter scatter(const Tensor& points, std::span<const int> labels, Index classes);

// The largest |phi(x) - phi(x')| / |x - x'| over all pairs of points, of whatever classes, whose inputs
// differ: a lower bound of the Lipschitz modulus. 0 without such a pair.
double largest_pair_ratio(const Tensor& inputs, const Tensor& features);

// What the theorem is about, class by class.
struct ClassSpread {
  Index points = 0;
  double input_diameter = 0;  // R_k, of the inputs
  double feature_radius = 0;  // the largest |phi(x) - mu_k|
  double nearest_mean = 0;    // the smallest |mu_k - mu_l|; infinite for a single class with points
  // By (iii): whether every point of the class must be nearest to its own mean.
  bool settled(double lipschitz) const { return 2 * lipschitz * input_diameter < nearest_mean; }
};
std::vector<ClassSpread> class_spreads(const Tensor& inputs, const Tensor& features,
                                       std::span<const int> labels, Index classes);

}  // namespace voronet
