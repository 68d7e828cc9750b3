// The integer generator of the scripts in golden/: data and parameters are made from it on both sides.
#pragma once

#include <voronet/core/tensor.h>

#include <cstdint>
#include <vector>

namespace voronet::test {

// Word 1, 2, ... of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
inline std::uint64_t splitmix64(std::uint64_t seed, Index position) {
  std::uint64_t z = seed + static_cast<std::uint64_t>(position) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// Element i becomes low + (high - low) u, with u the top 53 bits of word i + 1, divided by 2^53.
inline void fill_uniform(const Tensor& tensor, std::uint64_t seed, double low, double high) {
  std::vector<double> values;
  for (Index i = 0; i < tensor.size(); ++i)
    values.push_back(low + (high - low) * (static_cast<double>(splitmix64(seed, i + 1) >> 11) / 0x1p53));
  tensor.assign(from(values, tensor.shape(), Dtype::f64));
}

}  // namespace voronet::test
