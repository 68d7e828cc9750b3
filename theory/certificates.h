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

#include <voronet/layers/heads/form.h>

#include <vector>

namespace voronet {

// The largest slope of a confidence exp(-gamma r^2) at distance r from its centroid, sqrt(2 gamma / e), at r
// = 1 / sqrt(2 gamma). Where the confidence is above exp(-1/2), a smaller slope means a nearer centroid.
double largest_gauss_slope(double gamma);
// The same for each class of a head of centroids, in features; where each class has its own space times
// |W_k|, with gamma / size as gamma: its confidence is a Gaussian one there. Throws Error for another form.
std::vector<double> largest_slopes(const HeadForm& form);

// Radii of n images, for the class of the largest logit (n, classes), >= 0; 0 where a logit is not finite;
// infinite for a class whose linear weight equals the predicted one's and whose logit is smaller. lipschitz >
// 0. Tensors of any dtype; computed in double. Throws Error when sizes do not fit, and for a form that is
// neither linear nor made of centroids.
std::vector<double> certified_radii(const HeadForm& form, const Tensor& logits, double lipschitz);
// From the confidence of the predicted class alone; 0 where it says nothing. Never above certified_radii.
std::vector<double> own_confidence_radii(const CentroidForm& form, const Tensor& logits, double lipschitz);

// Islands of confidence: images with kappa_k > tau and images with kappa_l > tau, k != l, are at least
// (|z_k - z_l| - r_k - r_l) / L apart, r_k = sqrt(ln(1/tau) / gamma_k) the radius within which a feature has
// that confidence. (classes, classes), 0 where islands may touch; tau in (0, 1).
Tensor island_distances(const CentroidForm& form, double tau, double lipschitz);

}  // namespace voronet
