// How the direct convolutions cut output channels into vectors. Channels are padded to whole vectors and
// taken in blocks of up to max_vectors, whose sums stay in registers.
#pragma once

#include <voronet/core/kernels/vector.h>

#include <algorithm>
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

// Channels padded to whole vectors and taken in blocks of up to max_vectors.
struct ChannelBlocks {
  static constexpr int max_vectors = vector_registers / 8;

  Index channels;
  int lanes;  // of a vector

  Index vectors() const { return (channels + lanes - 1) / lanes; }
  Index padded() const { return vectors() * lanes; }

  // Calls f(first channel, number of vectors) for each block; the number is a std::integral_constant.
  template <class F>
  void for_each(const F& f) const {
    for (Index first = 0; first < vectors(); first += max_vectors)
      with_constant<max_vectors>(static_cast<int>(std::min<Index>(max_vectors, vectors() - first)),
                                 [&](auto n) { f(first * lanes, n); });
  }
};

// The most sums that a block of so many vectors keeps for each of them, beside the vectors themselves and one
// spare register. More than eight would gain nothing.
constexpr int sums_a_vector(int vectors) { return std::min(8, (vector_registers - vectors - 1) / vectors); }

// Calls f(first, count) for pieces of 0..n-1 that are at most `most` long and as equal as can be; the count
// is a std::integral_constant.
template <int most, class F>
void for_each_equal_piece(Index n, const F& f) {
  const Index pieces = (n + most - 1) / most;
  for (Index p = 0; p < pieces; ++p) {
    const Index first = n * p / pieces;
    with_constant<most>(static_cast<int>(n * (p + 1) / pieces - first), [&](auto count) { f(first, count); });
  }
}

// How many items of so many products each make a piece of a parallel loop: below this, starting threads costs
// more than it saves.
inline Index grain_for(Index products) { return 1 + (Index{1} << 17) / std::max<Index>(products, 1); }

}  // namespace voronet::kernels
