// From a number known when the program runs to one that the compiler knows.
#pragma once

#include <voronet/core/kernels/convolution/channel_blocks.h>

#include <type_traits>
#include <utility>

namespace voronet::kernels {

// Calls f with n as a compile-time constant, 1 <= n <= most.
template <int most, class F>
void with_constant(int n, const F& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    ((n == i + 1 ? f(std::integral_constant<int, i + 1>()) : void()), ...);
  }
  (std::make_integer_sequence<int, most>());
}

// Calls f with the size of a register block as constants: 1 <= vectors <= ChannelBlocks::max_vectors, 1 <=
// rows <= sums_a_vector(vectors). Blocks that need too many registers are never asked for.
template <class F>
void with_constants(int vectors, int rows, const F& f) {
  with_constant<ChannelBlocks::max_vectors>(
      vectors, [&](auto v) { with_constant<sums_a_vector(v)>(rows, [&](auto r) { f(v, r); }); });
}

}  // namespace voronet::kernels
