#include <voronet/core/kernels/fast/direct_convolution.h>

#include <vector>

namespace voronet::kernels {
namespace {

// In one dimension, the taps of a window that meet one row (or column) of x, each in another row of y: first,
// first + stride, ..., `count` of them; the first meets row y_row, the next y_row - 1, ...
struct MeetingTaps {
  Index first, count, y_row;

  MeetingTaps(Index row, Index y_rows, Index kernel, Index stride, Index padding) {
    const Index below = std::max<Index>(0, row + padding - (y_rows - 1) * stride);
    const Index last = std::min(kernel - 1, row + padding);
    first = below + (row + padding - below) % stride;
    count = first > last ? 0 : (last - first) / stride + 1;
    y_row = (row + padding - first) / stride;
    if (count == 0) first = y_row = 0;  // nothing is read
  }
};

// (block of the run, u, o, taps of the block), sorted by u mod stride: such rows u meet the same rows of x.
template <class T>
void pack(const Conv2dSizes& s, const T* weight, T* packed) {
  const ChannelBlocks run = run_of<T>(s);
  run.for_each([&](Index first, int vectors) {
    for (Index phase = 0; phase < s.stride; ++phase)
      for (Index u = phase; u < s.kh; u += s.stride)
        for (Index o = 0; o < s.o; ++o)
          for (Index t = first; t < first + vectors * run.lanes; ++t) {
            const Index v = t / s.c, c = t % s.c;
            *packed++ = v < s.kw ? weight[((o * s.c + c) * s.kh + u) * s.kw + v] : T(0);
          }
  });
}

// Where row u lies among those that pack has sorted.
Index packed_row(const Conv2dSizes& s, Index u) {
  Index at = u / s.stride;
  for (Index phase = 0; phase < u % s.stride; ++phase) at += divide_up(s.kh - phase, s.stride);
  return at;
}

// columns (out_w, run) = the sum over the taps u of y's row * packed
template <class T>
void multiply_rows(const Conv2dSizes& s, const MeetingTaps& taps, const T* y, const T* packed, T* columns) {
  const ChannelBlocks run = run_of<T>(s);
  const Index out_row = s.out_w() * s.o, packed_rows = packed_row(s, taps.first) * s.o;
  run.for_each([&](Index first, int vectors) {
    const Index width = vectors * run.lanes;
    for_each_equal_piece(s.out_w(), sums_a_vector(vectors), [&](Index j, int rows, Index count) {
      multiply<T>({run.lanes, vectors, rows}, count,
                  {.x = y + taps.y_row * out_row + j * s.o,
                   .x_run = -out_row,
                   .x_row = s.o,
                   .runs = taps.count,
                   .run = s.o,
                   .weight = packed + first * s.kh * s.o + packed_rows * width,
                   .out = columns + j * run.padded() + first,
                   .out_row = run.padded(),
                   .channels = width,
                   .epilogue = {}});
    });
  });
}

// x (w, c) = for each pixel, the sum of what the columns hold for it
template <class T>
void add_columns(const Conv2dSizes& s, const std::vector<MeetingTaps>& taps, const T* columns, T* x) {
  constexpr int lanes = half_lanes<T>;
  const Index column = run_of<T>(s).padded(), end = s.w * s.c;
  for (Index pixel = 0; pixel < s.w; ++pixel) {
    const auto& [first, count, j] = taps[pixel];
    for (Index c = 0; c < s.c; c += lanes) {
      typename Vector<T, lanes>::type sum{}, value;
      const T* from = columns + j * column + first * s.c + c;
      for (Index k = 0; k < count; ++k, from += s.stride * s.c - column) {
        load(value, from);
        sum += value;
      }
      // Lanes past the pixel's last channel spill into the next pixel, which is written afterwards.
      const Index at = pixel * s.c + c;
      store(sum, x + at, end - at);
    }
  }
}

}  // namespace

template <class T>
void column_input_gradient(const Conv2dSizes& s, const T* y, const T* weight, T* x) {
  const ChannelBlocks run = run_of<T>(s);
  const Buffer<T> packed(s.kh * s.o * run.padded());
  pack(s, weight, packed.data());
  const Index products = s.out_h() * s.out_w() * s.o * s.kh * run.padded();
  std::vector<MeetingTaps> taps;
  for (Index column = 0; column < s.w; ++column)
    taps.emplace_back(column, s.out_w(), s.kw, s.stride, s.padding);
  parallel_for(s.n, grain_for(products), [&](Index begin, Index end) {
    const Buffer<T> columns(s.out_w() * run.padded() + half_lanes<T>);  // vectors may read past the last
    for (Index n = begin; n < end; ++n)
      for (Index row = 0; row < s.h; ++row) {
        const MeetingTaps rows(row, s.out_h(), s.kh, s.stride, s.padding);
        T* const to = x + (n * s.h + row) * s.w * s.c;
        if (rows.count == 0) {
          std::fill_n(to, s.w * s.c, T(0));
          continue;
        }
        multiply_rows(s, rows, y + n * s.out_h() * s.out_w() * s.o, packed.data(), columns.data());
        add_columns(s, taps, columns.data(), to);
      }
  });
}

template void column_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void column_input_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
