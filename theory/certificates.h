// Certificates: how far an image may move, in Euclidean length, before the network can change its mind. All
// follow from a Lipschitz bound L of the feature map, |phi(x) - phi(x')| <= L |x - x'|; with an estimate in
// its place they prove nothing.
//
// Gauss head (arXiv 2001.01987): confidence kappa_k = exp(-gamma_k d_k^2), d_k = |phi(x) - z_k|, logit_k = ln
// kappa_k. A prediction k stands as long as sqrt(gamma_k) d_k < sqrt(gamma_l) d_l for all l. When x moves by
// less than r, no d moves by more than L r, so it stands for
//   r = min over l of (sqrt(gamma_l) d_l - sqrt(gamma_k) d_k) / (L (sqrt(gamma_l) + sqrt(gamma_k))).
// As d_l >= |z_k - z_l| - d_k, the own confidence says something too:
//   r >= (min over l of sqrt(gamma_l) |z_k - z_l| / (sqrt(gamma_k) + sqrt(gamma_l)) - d_k) / L.
// A DUQ head compares sqrt(gamma / size) |W_k phi(x) - e_k| instead of sqrt(gamma_k) d_k: the same with
// sqrt(gamma / size) |W_k| in the place of sqrt(gamma_k) in the denominator.
// Softmax head: logit_k - logit_l moves by at most |w_k - w_l| L r, so
//   r = min over l of (logit_k - logit_l) / (L |w_k - w_l|).
#pragma once

#include <voronet/layers/heads/duq.h>

#include <string>
#include <vector>

namespace voronet {

// A confidence's slope towards its centroid, at distance r >= 0 from it: 2 gamma r exp(-gamma r^2), in
// features.
double gauss_slope(double gamma, double r);
// The largest, sqrt(2 gamma / e), at r = 1 / sqrt(2 gamma). Nearer than that, where the confidence is above
// exp(-1/2), a smaller slope means a nearer centroid.
double largest_gauss_slope(double gamma);
// The same for each class of a Gauss head, in features; of a DUQ head times |W_k|, with gamma / size as
// gamma: its confidence is a Gaussian one in the class's own space. Throws Error for another head.
std::vector<double> largest_slopes(const Head& head);

// Radii of n images, for the class of the largest logit (n, classes), >= 0; 0 where a logit is not finite.
// lipschitz > 0. Tensors of any dtype; computed in double. Throw Error when sizes do not fit.
std::vector<double> gauss_radii(const Tensor& logits, const Tensor& gamma, double lipschitz);
std::vector<double> duq_radii(const Tensor& logits, const DuqHead& head, double lipschitz);
// From the confidence of the predicted class alone; 0 where it says nothing. Never above gauss_radii.
std::vector<double> own_confidence_radii(const Tensor& logits, const Tensor& centroids, const Tensor& gamma,
                                         double lipschitz);
// Infinite for a class whose weight equals the predicted one's and whose logit is smaller.
std::vector<double> softmax_radii(const Tensor& logits, const Tensor& weight, double lipschitz);

// Islands of confidence: images with kappa_k > tau and images with kappa_l > tau, k != l, are at least
// (|z_k - z_l| - r_k - r_l) / L apart, r_k = sqrt(ln(1/tau) / gamma_k) the radius within which a feature has
// that confidence. (classes, classes), 0 where islands may touch; tau in (0, 1).
Tensor island_distances(const Tensor& centroids, const Tensor& gamma, double tau, double lipschitz);

// Of the network's own head; logits are its. Throws Error for another head than softmax, Gauss or DUQ.
std::vector<double> certified_radii(const Head& head, const Tensor& logits, double lipschitz);

// Radii of a data set, counted.
struct CertificateCounts {
  Index images = 0;
  double median = 0, largest = 0;
  // How many have a radius of at least...
  struct Count {
    double radius;
    Index images;
  };
  std::vector<Count> at_least;
};
CertificateCounts count_certificates(std::vector<double> radii, const std::vector<double>& thresholds);

}  // namespace voronet
