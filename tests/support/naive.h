// Plain references for tests of operators: positions worked out element by element.
#pragma once

#include <voronet/core/tensor.h>

#include <vector>

namespace voronet::test {

// Where row-major position `flat` of a shape lies, along each dimension.
inline std::vector<Index> unravel(const Shape& shape, Index flat) {
  std::vector<Index> at(static_cast<std::size_t>(shape.rank()));
  for (int d = shape.rank() - 1; d >= 0; --d) {
    at[static_cast<std::size_t>(d)] = flat % shape[d];
    flat /= shape[d];
  }
  return at;
}

// The element of x that stands at position `at` of a shape to which x is broadcast.
inline double broadcast_element(const Tensor& x, const std::vector<Index>& at) {
  Index flat = 0;
  for (int d = 0; d < x.rank(); ++d) {
    const auto i = at[at.size() - static_cast<std::size_t>(x.rank() - d)];
    flat = flat * x.dim(d) + (x.dim(d) == 1 ? 0 : i);
  }
  return x.at(flat);
}

}  // namespace voronet::test
