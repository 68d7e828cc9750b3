#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/channel_blocks.h>
#include <voronet/core/kernels/direct_convolution.h>
#include <voronet/core/kernels/padded_image.h>
#include <voronet/core/parallel.h>

namespace voronet::kernels {
namespace {

// What a register block reads and writes: some neighbouring pixels of one output row, one block of channels.
template <class T>
struct Piece {
  const T* x;            // the first pixel's first tap
  Index x_row, x_pixel;  // elements from one row of taps, and from one pixel's taps, to the next
  Index rows, run;       // taps: rows of `run` neighbouring elements
  const T* weight;       // (rows, run, channels of the block padded to whole vectors)
  T* out;
  Index out_pixel;
  Index channels;  // of out to be written
};

// Not inlined, so that each block size gets the registers for itself.
template <class V, int vectors, int pixels, class T>
__attribute__((noinline)) void convolve_piece(const Piece<T>& piece) {
  constexpr Index lanes = sizeof(V) / sizeof(T);
  V sum[pixels][vectors] = {};
  const T* weight = piece.weight;
  for (Index u = 0; u < piece.rows; ++u) {
    const T* x = piece.x + u * piece.x_row;
    for (Index t = 0; t < piece.run; ++t, weight += vectors * lanes) {
      V w[vectors];
      for (int k = 0; k < vectors; ++k) load(w[k], weight + k * lanes);
      for (int p = 0; p < pixels; ++p)
        for (int k = 0; k < vectors; ++k) sum[p][k] += x[p * piece.x_pixel + t] * w[k];
    }
  }
  for (int p = 0; p < pixels; ++p)
    for (int k = 0; k < vectors; ++k) {
      T* out = piece.out + p * piece.out_pixel + k * lanes;
      const Index left = piece.channels - k * lanes;
      if (left >= lanes)
        store(sum[p][k], out);
      else
        for (Index lane = 0; lane < left; ++lane) out[lane] = sum[p][k][lane];
    }
}

// (block of channels, kh, kw c, channels of the block)
template <class T>
void pack(const DirectConvolution& conv, const ChannelBlocks& blocks, const WeightView<T>& weight,
          T* packed) {
  blocks.for_each([&](Index first, int vectors) {
    for (Index u = 0; u < conv.kh; ++u)
      for (Index v = 0; v < conv.kw; ++v)
        for (Index c = 0; c < conv.c; ++c)
          for (Index o = first; o < first + vectors * blocks.lanes; ++o)
            *packed++ =
                o < conv.o
                    ? weight.data[u * weight.by_u + v * weight.by_v + c * weight.by_c + o * weight.by_o]
                    : T(0);
  });
}

// Rows begin..end-1 of one image's output.
template <class T, int lanes>
void convolve_rows(const DirectConvolution& conv, const ChannelBlocks& blocks, const T* x, const T* packed,
                   Index begin, Index end, T* scratch, T* out) {
  using V = typename Vector<T, lanes>::type;
  const Index width = (conv.out_w - 1) * conv.stride + conv.kw;  // of the columns that the taps touch
  const Index first_row = std::max<Index>(0, begin * conv.stride - conv.top);
  const Index last_row = std::min(conv.h, (end - 1) * conv.stride - conv.top + conv.kh);
  x += first_row * conv.w * conv.c;
  Index x_row = conv.w * conv.c;
  if (conv.left != 0 || width > conv.w) {
    copy_padded(x, conv.h - first_row, conv.w, conv.c, {0, -conv.left, last_row - first_row, width}, scratch);
    x = scratch;
    x_row = width * conv.c;
  }
  const Index run = conv.kw * conv.c, x_pixel = conv.stride * conv.c;
  for (Index i = begin; i < end; ++i) {
    // Taps above and below the image would only add zeros.
    const Index top = i * conv.stride - conv.top;
    const Index skipped = std::clamp<Index>(-top, 0, conv.kh),
                rows = std::clamp<Index>(conv.h - top, skipped, conv.kh) - skipped;
    const T* weight = packed;
    blocks.for_each([&](Index channel, auto vectors) {
      for_each_equal_piece<sums_a_vector(vectors)>(conv.out_w, [&](Index j, auto pixels) {
        convolve_piece<V, vectors, pixels, T>({.x = x + (top + skipped - first_row) * x_row + j * x_pixel,
                                               .x_row = x_row,
                                               .x_pixel = x_pixel,
                                               .rows = rows,
                                               .run = run,
                                               .weight = weight + skipped * run * vectors * lanes,
                                               .out = out + i * conv.out_row + j * conv.out_pixel + channel,
                                               .out_pixel = conv.out_pixel,
                                               .channels = conv.o - channel});
      });
      weight += conv.kh * run * vectors * lanes;
    });
  }
}

template <class T, int lanes>
void convolve_with(const DirectConvolution& conv, const T* x, const WeightView<T>& weight, T* out) {
  const ChannelBlocks blocks{conv.o, lanes};
  const Buffer<T> packed(conv.kh * conv.kw * conv.c * blocks.padded());
  pack(conv, blocks, weight, packed.data());
  // Few images are cut into bands of rows, so that all threads have work.
  constexpr Index pieces_wanted = 16;
  const Index bands =
      std::clamp<Index>(pieces_wanted / std::max<Index>(conv.n, 1), 1, std::max<Index>(conv.out_h, 1));
  const Index width = (conv.out_w - 1) * conv.stride + conv.kw;
  const Index products_a_band =
      conv.out_h * conv.out_w / bands * conv.kh * conv.kw * conv.c * blocks.padded();
  parallel_for(conv.n * bands, grain_for(products_a_band), [&](Index first, Index last) {
    const Buffer<T> scratch(conv.h * width * conv.c);
    for (Index piece = first; piece < last; ++piece) {
      const Index image = piece / bands, band = piece % bands;
      convolve_rows<T, lanes>(conv, blocks, x + image * conv.h * conv.w * conv.c, packed.data(),
                              conv.out_h * band / bands, conv.out_h * (band + 1) / bands, scratch.data(),
                              out + image * conv.out_image);
    }
  });
}

}  // namespace

template <class T>
void convolve(const DirectConvolution& conv, const T* x, const WeightView<T>& weight, T* out) {
  if (conv.out_h == 0 || conv.out_w == 0) return;
  constexpr int lanes = native_lanes<T>, half = std::max(lanes / 2, 2);
  if (conv.o <= half)
    convolve_with<T, half>(conv, x, weight, out);
  else
    convolve_with<T, lanes>(conv, x, weight, out);
}

template void convolve(const DirectConvolution&, const float*, const WeightView<float>&, float*);
template void convolve(const DirectConvolution&, const double*, const WeightView<double>&, double*);

}  // namespace voronet::kernels
