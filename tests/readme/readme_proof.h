#pragma once

#include <voronet/core/operators.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/svd.h>

namespace voronet {

// For a softmax layer w (c, d), b (c) with d >= c - 1 and features x (n, d), all f64, alpha = 1: by how much
// each of T1 to T4 fails to hold, which is by rounding.
inline std::vector<double> proof(const Tensor& w, const Tensor& b, const Tensor& x) {
  const auto error = [](const Tensor& left, const Tensor& right) {
    return max(reshape(abs(left - right), {-1}), 0).item();
  };
  const Tensor logits = matmul(x, w, {.b = true}) + b, p = softmax(logits);
  const Tensor wc = w - mean(w, {0}, Dims::keep), bc = b - mean(b);  // centred over the classes

  // T1: the shift v and the number t of (*), the centroids, and the posterior by distances alone.
  const Tensor right = -bc - sum(square(wc), {1}) / 2, t = mean(right);
  const Tensor v = least_squares(svd(wc), right - t, 1e-12), z = wc + v;
  const Tensor squares = squared_distances(x, z);
  const double t1 = error(softmax(-squares / 2), p);

  // T2: one more coordinate in place of the shift.
  const Tensor s = -right, h = reshape(sqrt(2 * (max(s, 0) - s)), {-1, 1});
  const Tensor lifted = concat({wc, h}, 1);
  const double t2 = error(softmax(-squared_distances(pad(x, 1, 0, 1), lifted) / 2), p);

  // T3: what it costs k-means to move a point away from its nearest centroid.
  const Tensor costs = squares - min(squares, 1, Dims::keep);
  const double t3 = error(costs, 2 * (max(logits, 1, Dims::keep) - logits));

  // T4: cross-entropy, for every label, from distances to its centroid and to the posterior's mean.
  const auto total = [](const Tensor& parts) { return sum(parts, {1}, Dims::keep); };
  const Tensor pairs = total(p * matmul(p, squared_distances(z, z))), entropy = -total(p * log(p));
  const Tensor parts = squares / 2 - total(square(x - matmul(p, z))) / 2 - pairs / 4 + entropy;
  return {t1, t2, t3, error(parts, -log_softmax(logits))};
}

}  // namespace voronet
