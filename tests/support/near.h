// Comparing tensors with numbers.
#pragma once

#include <voronet/core/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace voronet::test {

// The largest |a_i - b_i| / (1 + |b_i|); infinity when sizes differ, or where one is NaN.
inline double distance(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(a[i] - b[i]) / (1 + std::abs(b[i]));
    largest = std::isnan(d) ? std::numeric_limits<double>::infinity() : std::max(largest, d);
  }
  return largest;
}

inline double distance(const Tensor& a, const Tensor& b) { return distance(a.to_vector(), b.to_vector()); }

inline bool all_finite(const Tensor& x) {
  const auto values = x.to_vector();
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace voronet::test
