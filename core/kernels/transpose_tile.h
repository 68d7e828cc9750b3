// A square tile of as many vectors as they have lanes, transposed in registers.
#pragma once

#include <utility>

namespace voronet::kernels {

// Swaps a's lanes that have this bit set with b's lanes that lie `bit` before them.
template <int bit, class V, int... lane>
inline __attribute__((always_inline)) void swap_lanes(V& a, V& b, std::integer_sequence<int, lane...>) {
  constexpr int lanes = sizeof...(lane);
  const V first = __builtin_shufflevector(a, b, (lane & bit ? lanes + lane - bit : lane)...);
  b = __builtin_shufflevector(a, b, (lane & bit ? lanes + lane : lane + bit)...);
  a = first;
}

// row[i][j] becomes row[j][i]: for each bit of a position, row and column exchange it. `lanes` is a power of
// two, and `bit` starts as its half.
template <int lanes, int bit = lanes / 2, class V>
inline __attribute__((always_inline)) void transpose_tile(V* row) {
  if constexpr (bit > 0) {
    for (int i = 0; i < lanes; ++i)
      if ((i & bit) == 0) swap_lanes<bit>(row[i], row[i + bit], std::make_integer_sequence<int, lanes>());
    transpose_tile<lanes, bit / 2>(row);
  }
}

}  // namespace voronet::kernels
