// What several files here ask of tensors of f64, and draw.
#pragma once

#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace voronet {

// The largest value; NaN if any is.
inline double largest(const Tensor& x) {
  double value = -std::numeric_limits<double>::infinity();
  for (const double v : x.values<double>()) value = std::isnan(v) ? v : std::max(value, v);
  return value;
}

// The largest magnitude. Throws Error, calling the tensor `what`, for a value that is not finite.
inline double largest_magnitude(const char* what, const Tensor& x) {
  double magnitude = 0;
  for (const double value : x.values<double>()) {
    require(std::isfinite(value), what, ' ', x.shape(), " holds ", value, ", not only finite values");
    magnitude = std::max(magnitude, std::abs(value));
  }
  return magnitude;
}

inline double inner(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }
inline double length(const Tensor& x) { return std::sqrt(inner(x, x)); }

inline Tensor identity(Index n) {
  std::vector<int> positions(static_cast<std::size_t>(n));
  std::iota(positions.begin(), positions.end(), 0);
  return one_hot(positions, n, Dtype::f64);
}

// One of the whole numbers low..high.
inline Index between(Index low, Index high, Random& random) { return low + random.below(high - low + 1); }

}  // namespace voronet
