#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/channel_blocks.h>
#include <voronet/core/kernels/column_input_gradient.h>
#include <voronet/core/kernels/register_block.h>

namespace voronet::kernels {
namespace {

// The taps of a window, counted (u, v, c): the channels of the matrix product.
template <class T>
ChannelBlocks taps_of(const Conv2dSizes& s) {
  const Index taps = s.kh * s.kw * s.c;
  return {taps, lanes_for<T>(taps)};
}

// (block of taps, o, taps of the block)
template <class T>
void pack(const Conv2dSizes& s, const T* weight, T* packed) {
  const ChannelBlocks taps = taps_of<T>(s);
  taps.for_each([&](Index first, int vectors) {
    for (Index o = 0; o < s.o; ++o)
      for (Index t = first; t < first + vectors * taps.lanes; ++t) {
        const Index position = t / s.c, c = t % s.c;
        *packed++ = t < taps.channels ? weight[(o * s.c + c) * s.kh * s.kw + position] : T(0);
      }
  });
}

// columns (out_w, taps) = one output row (out_w, o) * packed
template <class T>
void multiply_row(const Conv2dSizes& s, const T* y, const T* packed, T* columns) {
  const ChannelBlocks taps = taps_of<T>(s);
  taps.for_each([&](Index first, int vectors) {
    for_each_equal_piece(s.out_w(), sums_a_vector(vectors), [&](Index j, int rows) {
      multiply<T>({taps.lanes, vectors, rows}, {.x = y + j * s.o,
                                                .x_run = 0,
                                                .x_row = s.o,
                                                .runs = 1,
                                                .run = s.o,
                                                .weight = packed + first * s.o,
                                                .out = columns + j * taps.padded() + first,
                                                .out_row = taps.padded(),
                                                .channels = vectors * taps.lanes,
                                                .epilogue = {}});
    });
  });
}

// Adds the columns of output row i to the image, but for taps outside it.
template <class T>
void add_columns(const Conv2dSizes& s, Index i, const T* columns, T* x) {
  const Index padded = taps_of<T>(s).padded();
  for (Index u = 0; u < s.kh; ++u) {
    const Index row = i * s.stride + u - s.padding;
    if (row < 0 || row >= s.h) continue;
    for (Index j = 0; j < s.out_w(); ++j) {
      const Index left = j * s.stride - s.padding;
      const Index first = std::clamp<Index>(-left, 0, s.kw),
                  last = std::clamp<Index>(s.w - left, first, s.kw);
      const T* from = columns + j * padded + (u * s.kw + first) * s.c;
      T* to = x + (row * s.w + left + first) * s.c;
      for (Index t = 0; t < (last - first) * s.c; ++t) to[t] += from[t];
    }
  }
}

}  // namespace

template <class T>
void column_input_gradient(const Conv2dSizes& s, const T* y, const T* weight, T* x) {
  const ChannelBlocks taps = taps_of<T>(s);
  const Buffer<T> packed(taps.padded() * s.o);
  pack(s, weight, packed.data());
  const Index out_row = s.out_w() * s.o, image = s.h * s.w * s.c;
  parallel_for(s.n, grain_for(s.out_h() * out_row * taps.padded()), [&](Index begin, Index end) {
    const Buffer<T> columns(s.out_w() * taps.padded());
    for (Index n = begin; n < end; ++n) {
      std::fill_n(x + n * image, image, T(0));
      for (Index i = 0; i < s.out_h(); ++i) {
        multiply_row(s, y + (n * s.out_h() + i) * out_row, packed.data(), columns.data());
        add_columns(s, i, columns.data(), x + n * image);
      }
    }
  });
}

template void column_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void column_input_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
