// How convolutions cut their work into register blocks (register_block.h): channels into blocks of whole
// vectors, rows into pieces.
#pragma once

#include <voronet/core/kernels/vector.h>
#include <voronet/core/parallel.h>

#include <algorithm>

namespace voronet::kernels {

// How many items of so many products each make a piece of a parallel loop: below this, starting threads costs
// more than it saves.
inline Index grain_for(Index products) { return 1 + (Index{1} << 19) / std::max<Index>(products, 1); }

// Channels padded to whole vectors and taken in blocks of up to max_vectors.
struct ChannelBlocks {
  static constexpr int max_vectors = vector_registers / 8;

  Index channels;
  int lanes;  // of a vector

  Index vectors() const { return (channels + lanes - 1) / lanes; }
  Index padded() const { return vectors() * lanes; }

  Index count() const { return (vectors() + max_vectors - 1) / max_vectors; }
  // Calls f(first channel, number of vectors) for this block.
  template <class F>
  void call(Index block, const F& f) const {
    const Index first = block * max_vectors;
    f(first * lanes, static_cast<int>(std::min<Index>(max_vectors, vectors() - first)));
  }
  // The same for each block.
  template <class F>
  void for_each(const F& f) const {
    for (Index block = 0; block < count(); ++block) call(block, f);
  }
  // The same with blocks in parallel; each channel is `work` elements to move or multiply.
  template <class F>
  void for_each_parallel(Index work, const F& f) const {
    parallel_for(count(), grain_for(work * lanes * max_vectors), [&](Index begin, Index end) {
      for (Index block = begin; block < end; ++block) call(block, f);
    });
  }
};

// The most sums that a block of so many vectors keeps for each of them, beside the vectors themselves and one
// spare register. More than eight would gain nothing.
constexpr int sums_a_vector(int vectors) { return std::min(8, (vector_registers - vectors - 1) / vectors); }

// Cuts 0..n-1 into as few pieces of at most `most` as possible, as equal as can be: first the longer ones,
// then those shorter by one. Calls f(first, length, how many) for each of the two kinds that there are.
template <class F>
void for_each_equal_piece(Index n, int most, const F& f) {
  const Index pieces = (n + most - 1) / most;
  if (pieces == 0) return;
  const Index length = n / pieces, longer = n % pieces;
  if (longer > 0) f(Index{0}, static_cast<int>(length + 1), longer);
  f(longer * (length + 1), static_cast<int>(length), pieces - longer);
}

}  // namespace voronet::kernels
