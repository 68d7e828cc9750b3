// Register blocks, the innermost loops that matrix products and convolutions run on: a few rows by a few
// vectors of channels, whose sums stay in registers all the time; and how work is cut into such blocks.
#pragma once

#include <voronet/core/kernels/fast/vector.h>
#include <voronet/core/kernels/gemm.h>
#include <voronet/core/kernels/packed.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

namespace voronet::kernels {

// Items of so many products that make a piece of a parallel loop: for less, a thread is not worth its start.
inline Index grain_for(Index products) { return 1 + (Index{1} << 19) / std::max<Index>(products, 1); }

// Channels padded to whole vectors and taken in blocks of up to max_vectors.
struct ChannelBlocks {
  static constexpr int max_vectors = vector_registers / 8;

  Index channels;
  int lanes;  // of a vector

  Index vectors() const { return divide_up(channels, lanes); }
  Index padded() const { return vectors() * lanes; }

  Index count() const { return divide_up(vectors(), max_vectors); }
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

// With vectors of half the width where channels are few.
template <class T>
ChannelBlocks blocks_of(Index channels) {
  return {channels, lanes_for<T>(channels)};
}

// The most sums that a block of so many vectors keeps for each of them, beside the vectors themselves and one
// spare register. More than eight would gain nothing.
constexpr int sums_a_vector(int vectors) { return std::min(8, (vector_registers - vectors - 1) / vectors); }

// Cuts 0..n-1 into as few pieces of at most `most` as possible, as equal as can be: first the longer ones,
// then those shorter by one. Calls f(first, length, how many) for each of the two kinds that there are.
template <class F>
void for_each_equal_piece(Index n, int most, const F& f) {
  const Index pieces = divide_up(n, most);
  if (pieces == 0) return;
  const Index length = n / pieces, longer = n % pieces;
  if (longer > 0) f(Index{0}, static_cast<int>(length + 1), longer);
  f(longer * (length + 1), static_cast<int>(length), pieces - longer);
}

// Calls f with n as a compile-time constant, 1 <= n <= most.
template <int most, class F>
void with_constant(int n, const F& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    ((n == i + 1 ? f(std::integral_constant<int, i + 1>()) : void()), ...);
  }
  (std::make_integer_sequence<int, most>());
}

// Calls f with the lanes of a vector, native_lanes<T> or half_lanes<T>, as a compile-time constant.
template <class T, class F>
void with_lanes(int lanes, const F& f) {
  if (lanes == native_lanes<T>)
    f(std::integral_constant<int, native_lanes<T>>());
  else
    f(std::integral_constant<int, half_lanes<T>>());
}

// A block of rows (pixels, or tiles), a constant number of elements apart, times lanes * vectors channels.
struct BlockSize {
  int lanes;    // native_lanes<T> or half_lanes<T>
  int vectors;  // 1..ChannelBlocks::max_vectors
  int rows;     // 1..sums_a_vector(vectors): blocks that need too many registers are never asked for
};

// Calls f(lanes, vectors, rows) with these as constants.
template <class T, class F>
void with_constants(const BlockSize& size, const F& f) {
  with_lanes<T>(size.lanes, [&](auto lanes) {
    with_constant<ChannelBlocks::max_vectors>(size.vectors, [&](auto vectors) {
      with_constant<sums_a_vector(vectors)>(size.rows, [&](auto rows) { f(lanes, vectors, rows); });
    });
  });
}

// An epilogue whose bias may be read in whole vectors, as all below do: perhaps a copy with zeros behind.
template <class T>
class PaddedBias {
 public:
  // The epilogue's own bias is only readable to its last channel. It must outlive this.
  PaddedBias(const Epilogue<T>& epilogue, Index channels) : epilogue_(epilogue) {
    const Index padded = ChannelBlocks{channels, native_lanes<T>}.padded();
    if (epilogue.bias == nullptr || channels == padded) return;
    copy_.emplace(padded);
    std::fill(std::copy_n(epilogue.bias, channels, copy_->data()), copy_->data() + padded, T(0));
    epilogue_.bias = copy_->data();
  }
  const Epilogue<T>& epilogue() const { return epilogue_; }

 private:
  Epilogue<T> epilogue_;
  std::optional<Buffer<T>> copy_;
};

// What the epilogue makes of a vector of output values, of which the first `count` exist.
template <class V, class T>
inline V apply(const Epilogue<T>& epilogue, V value, Index channel, Index element, Index count) {
  V other;
  if (epilogue.bias != nullptr) {
    load(other, epilogue.bias + channel);
    value += other;
  }
  if (epilogue.residual != nullptr) {
    load(other, epilogue.residual + element, count);
    value += other;
  }
  return epilogue.relu ? (value < V{} ? V{} : value) : value;  // as it is written, a NaN stays
}

// out(p, o) = epilogue(sum over t of x(p, t) weight(t, o)), t in `runs` runs of `run` neighbouring elements.
template <class T>
struct BlockProduct {
  const T* x;          // the first row's first element
  Index x_run, x_row;  // elements from one run to the next, and from one row to the next
  Index runs, run;
  const T* weight;        // (runs, run, channels of the block)
  Index weight_skip = 0;  // elements between one run's weights and the next's
  T* out;
  Index out_row;
  Index channels;        // of the block that exist, and are written
  Epilogue<T> epilogue;  // at the block's first row and channel
};
// Does the same for as many blocks as `count` says, each below the one before.
template <class T>
void multiply(BlockSize size, Index count, const BlockProduct<T>& first);

// sum(r, o) = (fresh ? 0 : sum(r, o)) + sum over i, j of x(i, j, r) y(i, j, o): here the rows of the block
// are elements of x that may lie anywhere (offset[r] from the first), and (i, j) are pixels or tiles.
template <class T>
struct BlockUpdate {
  const T* x;
  const Index* offset;
  Index x_i, x_j;  // elements from one i, or j, to the next
  const T* y;      // readable to the last vector's end
  Index y_i, y_j;
  Index i, j;  // how many there are
  T* sum;
  Index sum_row;
  bool fresh = false;
};
// `count` blocks, each with the next rows.
template <class T>
void accumulate(BlockSize size, Index count, const BlockUpdate<T>& first);

// The first `columns` columns of b (k, .) in the order in which a block reads them: (k, lanes * vectors),
// zeros for columns that b has not. lanes is native_lanes<T> or half_lanes<T>.
template <class T>
void pack_columns(const Factor<T>& b, Index k, Index columns, int lanes, int vectors, T* to);

}  // namespace voronet::kernels
