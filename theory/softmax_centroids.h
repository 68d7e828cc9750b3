// The centroids of a softmax layer: arXiv 2001.01987's theorem that softmax predicts the nearest centroid.
//
// Let w_k be the rows of the weight and b_k the bias, both centred over the classes (which adds the same to
// all logits of a point), and alpha > 0. The centroids are z_k = alpha w_k + v with a shift v in R^d, and t
// in R, that solve
//   (*)  w_k.v + t = -b_k - (alpha / 2) |w_k|^2   for all classes k.
//
// T1, softmax is nearest centroid. softmax(W x + b) = softmax(-|x - z_k|^2 / (2 alpha)) for every x in R^d.
//   Proof: -|x - z_k|^2 / (2 alpha) = w_k.x - (alpha / 2) |w_k|^2 - w_k.v + C(x) = logit_k + t + C(x), by
//   (*); what all classes share cancels. (*) has a solution for every bias if and only if [W|1] has rank c,
//   which needs d >= c - 1. Smallest v: least squares. Without bias |z_k|^2 = |v|^2 - 2 alpha t: all
//   centroids are equally far from the origin. With one, if W p + beta 1 = b, all are equally far from -p.
//
// T2, the lift. For any v let s_k = b_k + (alpha / 2) |w_k|^2 + w_k.v and h_k = sqrt(2 alpha (max s - s_k)).
//   With z'_k = (alpha w_k + v, h_k) and x' = (x, 0) in R^(d+1), softmax(W x + b) = softmax(-|x' - z'_k|^2 /
//   (2 alpha)). Proof: h_k^2 / (2 alpha) makes up for what (*) lacks. |z'_k| is constant where T1's |z_k| is,
//   for every W.
//   Where [W|1] is nearly singular, T1 would need a v so large that rounding swallows the differences of
//   distances, and T2 is the better choice.
#pragma once

#include <voronet/core/tensor.h>

#include <optional>
#include <string>
#include <vector>

namespace voronet {

struct CentroidOptions {
  enum class Space { automatic, features, lifted };

  double alpha = 1;  // the temperature, > 0: any gives the same classes
  // Singular values of W below this share of [W|1]'s largest are taken for 0, so that v stays small; above 1,
  // all are, and v = 0. Below 1e-14, they are rounding.
  double cutoff = 1e-3;
  // Features (T1) where the condition of [W|1] is at least the cutoff, so that a small v solves (*) for every
  // bias; else lifted (T2), also where v would happen to solve it for this bias.
  Space space = Space::automatic;
};

struct SoftmaxCentroids {
  Tensor centroids;     // (c, d), or (c, d + 1) when lifted; f64
  Tensor weight, bias;  // (c, d) and (c), the layer's, centred; f64; the bias is 0 without one
  Tensor shift;         // v, (d)
  double alpha = 1;
  bool lifted = false;
  double residual = 0;   // the largest error of v and t in (*), in logits
  double condition = 0;  // the smallest of the c singular values of [W|1] over the largest; 0 if d < c - 1
  // p (d), the shortest, with W p + beta 1 = b where there is one without the values that `cutoff` takes for
  // 0: the centroids are equally far from -p. 0 without bias. Of W and b as given; of centred ones beta is 0.
  std::optional<Tensor> centre;
  double beta = 0;
  std::string explanation;  // which theorem and why, a sentence for people
};

// Of a layer: weight (c, d) and bias (c), or undefined, of any dtype. Throws Error, in one line, unless c >=
// 2 and d >= 2, all values are finite and alpha is positive.
SoftmaxCentroids softmax_centroids(const Tensor& weight, const Tensor& bias = {},
                                   const CentroidOptions& options = {});

// The same posterior from other centroids: moved by u (d), orthogonal to the differences of weights.
SoftmaxCentroids moved(const SoftmaxCentroids& centroids, const Tensor& u);
// The part of a direction (d) that is: what is left after projection.
Tensor orthogonal_to_weight(const SoftmaxCentroids& centroids, const Tensor& direction);

// Points (n, d) of any dtype as they lie among the centroids: f64, and (x, 0) where those are lifted.
Tensor placed(const Tensor& points, const SoftmaxCentroids& centroids);
// Of points (n, d), which need not be placed: |x - z_k|^2 (n, c).
Tensor squared_distances(const Tensor& points, const SoftmaxCentroids& centroids);
// The centroid that each point is nearest to: n.
std::vector<int> nearest(const Tensor& points, const SoftmaxCentroids& centroids);
// softmax(-|x - z_k|^2 / (2 alpha)) of each: (n, c).
Tensor posterior(const Tensor& points, const SoftmaxCentroids& centroids);

// How much the largest |z_k + p| is above the smallest, with p (d), or 0 without one.
double spread(const SoftmaxCentroids& centroids, const Tensor& p = {});

}  // namespace voronet
