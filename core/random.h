// Counter-based random numbers (Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy
// as 1, 2, 3", SC 2011) with our own distributions, so that every platform draws the same.
#pragma once

#include <voronet/core/tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace voronet {

// Four random words for a counter and a key: the bare function, without state.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

// A stream of random numbers. Two generators with different seeds or streams are independent.
class Random {
 public:
  explicit Random(std::uint64_t seed = 0, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  std::uint32_t bits();                     // 32 uniform bits
  double uniform();                         // [0, 1), 53 bits
  double uniform(double low, double high);  // [low, high)
  double normal();                          // mean 0, standard deviation 1
  Index below(Index n);                     // 0..n-1, unbiased; throws Error unless n >= 1
  std::vector<Index> permutation(Index n);  // of 0..n-1

  // Everything that decides what comes next, as one word without spaces, and back.
  std::string state() const;
  static Random from_state(const std::string& state);  // throws Error on anything else

 private:
  std::uint64_t seed_, stream_;
  std::uint64_t drawn_ = 0;  // 32-bit words drawn so far
};

// Tensors of independent draws, the same for both dtypes up to rounding, after which low <= uniform < high.
Tensor uniform(Shape shape, double low, double high, Random& random, Dtype dtype = Dtype::f32);
// The same with mean and standard deviation.
Tensor normal(Shape shape, double mean, double deviation, Random& random, Dtype dtype = Dtype::f32);

}  // namespace voronet
