#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/channel_blocks.h>
#include <voronet/core/kernels/column_input_gradient.h>
#include <voronet/core/kernels/register_block.h>

namespace voronet::kernels {
namespace {

// An image with its padding, to which whole vectors can be added anywhere; and the taps of a window, counted
// (u, run) with a run of kw x c elements, neighbours in the image, padded to whole vectors.
template <class T>
struct Layout {
  explicit Layout(const Conv2dSizes& s)
      : run{s.kw * s.c, lanes_for<T>(s.kw * s.c)},
        taps{s.kh * run.padded(), run.lanes},
        row((s.w + 2 * s.padding) * s.c),
        image((s.h + 2 * s.padding) * row + run.padded()) {}

  ChannelBlocks run, taps;
  Index row, image;  // elements of the padded image
};

// (block of taps, o, taps of the block)
template <class T>
void pack(const Conv2dSizes& s, const Layout<T>& layout, const T* weight, T* packed) {
  layout.taps.for_each([&](Index first, int vectors) {
    for (Index o = 0; o < s.o; ++o)
      for (Index t = first; t < first + vectors * layout.taps.lanes; ++t) {
        const Index u = t / layout.run.padded(), along = t % layout.run.padded(), v = along / s.c,
                    c = along % s.c;
        *packed++ = v < s.kw ? weight[((o * s.c + c) * s.kh + u) * s.kw + v] : T(0);
      }
  });
}

// columns (out_w, taps) = one output row (out_w, o) * packed
template <class T>
void multiply_row(const Conv2dSizes& s, const ChannelBlocks& taps, const T* y, const T* packed, T* columns) {
  taps.for_each([&](Index first, int vectors) {
    for_each_equal_piece(s.out_w(), sums_a_vector(vectors), [&](Index j, int rows, Index count) {
      multiply<T>({taps.lanes, vectors, rows}, count,
                  {.x = y + j * s.o,
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

// Adds the columns of output row i to the padded image.
template <int lanes, class T>
void add_columns(const Conv2dSizes& s, const Layout<T>& layout, Index i, const T* columns, T* image) {
  for (Index j = 0; j < s.out_w(); ++j)
    for (Index u = 0; u < s.kh; ++u) {
      T* to = image + (i * s.stride + u) * layout.row + j * s.stride * s.c;
      for (Index k = 0; k < layout.run.padded(); k += lanes, columns += lanes) {
        typename Vector<T, lanes>::type sum, column;
        load(sum, to + k);
        load(column, columns);
        store(sum + column, to + k);
      }
    }
}

}  // namespace

template <class T>
void column_input_gradient(const Conv2dSizes& s, const T* y, const T* weight, T* x) {
  const Layout<T> layout(s);
  const Buffer<T> packed(layout.taps.padded() * s.o);
  pack(s, layout, weight, packed.data());
  const Index out_row = s.out_w() * s.o;
  parallel_for(s.n, grain_for(s.out_h() * out_row * layout.taps.padded()), [&](Index begin, Index end) {
    const Buffer<T> columns(s.out_w() * layout.taps.padded()), image(layout.image);
    for (Index n = begin; n < end; ++n) {
      std::fill_n(image.data(), layout.image, T(0));
      for (Index i = 0; i < s.out_h(); ++i) {
        multiply_row(s, layout.taps, y + (n * s.out_h() + i) * out_row, packed.data(), columns.data());
        if (layout.run.lanes == native_lanes<T>)
          add_columns<native_lanes<T>>(s, layout, i, columns.data(), image.data());
        else
          add_columns<half_lanes<T>>(s, layout, i, columns.data(), image.data());
      }
      for (Index row = 0; row < s.h; ++row)
        std::copy_n(image.data() + (row + s.padding) * layout.row + s.padding * s.c, s.w * s.c,
                    x + (n * s.h + row) * s.w * s.c);
    }
  });
}

template void column_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void column_input_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
