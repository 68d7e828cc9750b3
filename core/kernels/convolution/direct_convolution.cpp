#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/convolution/channel_blocks.h>
#include <voronet/core/kernels/convolution/direct_convolution.h>
#include <voronet/core/kernels/convolution/padded_image.h>
#include <voronet/core/parallel.h>

namespace voronet::kernels {
namespace {

template <class T>
ChannelBlocks blocks_of(const DirectConvolution& conv) {
  return {conv.o, lanes_for<T>(conv.o)};
}

// Rows begin..end-1 of one image's output.
template <class T>
void convolve_rows(const DirectConvolution& conv, const T* x, const T* packed, Index begin, Index end,
                   T* scratch, const Epilogue<T>& epilogue, T* out) {
  const ChannelBlocks blocks = blocks_of<T>(conv);
  const Index width = (conv.out_w - 1) * conv.stride + conv.kw;  // of the columns that the taps touch
  const Index first_row = std::clamp<Index>(begin * conv.stride - conv.top, 0, conv.h);
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
    const T* row = rows == 0 ? x : x + (top + skipped - first_row) * x_row;
    const T* weight = packed;
    blocks.for_each([&](Index channel, int vectors) {
      const Index width_of_block = vectors * blocks.lanes;
      for_each_equal_piece(conv.out_w, sums_a_vector(vectors), [&](Index j, int pixels, Index count) {
        const Index at = i * conv.out_row + j * conv.out_pixel + channel;
        multiply<T>({blocks.lanes, vectors, pixels}, count,
                    {.x = row + j * x_pixel,
                     .x_run = x_row,
                     .x_row = x_pixel,
                     .runs = rows,
                     .run = run,
                     .weight = weight + skipped * run * width_of_block,
                     .out = out + at,
                     .out_row = conv.out_pixel,
                     .channels = conv.o - channel,
                     .epilogue = epilogue.at(channel, at)});
      });
      weight += conv.kh * run * width_of_block;
    });
  }
}

}  // namespace

template <class T>
Index packed_size(const DirectConvolution& conv) {
  return conv.kh * conv.kw * conv.c * blocks_of<T>(conv).padded();
}

// (block of channels, kh, kw c, channels of the block). Channels come first in the loops because a weight's
// taps are neighbours in memory.
template <class T>
void pack(const DirectConvolution& conv, const WeightView<T>& weight, T* packed) {
  const ChannelBlocks blocks = blocks_of<T>(conv);
  const Index taps = conv.kh * conv.kw * conv.c;
  blocks.for_each_parallel(taps, [&](Index first, int vectors) {
    const Index width = vectors * blocks.lanes;
    for (Index c = 0; c < conv.c; ++c)
      for (Index u = 0; u < conv.kh; ++u)
        for (Index v = 0; v < conv.kw; ++v) {
          T* out = packed + first * taps + ((u * conv.kw + v) * conv.c + c) * width;
          for (Index o = 0; o < width; ++o) out[o] = first + o < conv.o ? weight(u, v, c, first + o) : T(0);
        }
  });
}

template <class T>
void convolve(const DirectConvolution& conv, const T* x, const T* packed, const Epilogue<T>& epilogue,
              T* out) {
  if (conv.out_h == 0 || conv.out_w == 0) return;
  // Few images are cut into bands of rows, so that all threads have work.
  constexpr Index pieces_wanted = 16;
  const Index bands =
      std::clamp<Index>(pieces_wanted / std::max<Index>(conv.n, 1), 1, std::max<Index>(conv.out_h, 1));
  const Index width = (conv.out_w - 1) * conv.stride + conv.kw;
  const Index products_a_band = conv.out_h * conv.out_w / bands * packed_size<T>(conv);
  parallel_for(conv.n * bands, grain_for(products_a_band), [&](Index first, Index last) {
    const Buffer<T> scratch(conv.h * width * conv.c);
    for (Index piece = first; piece < last; ++piece) {
      const Index image = piece / bands, band = piece % bands;
      convolve_rows<T>(conv, x + image * conv.h * conv.w * conv.c, packed, conv.out_h * band / bands,
                       conv.out_h * (band + 1) / bands, scratch.data(),
                       epilogue.at(0, image * conv.out_image), out + image * conv.out_image);
    }
  });
}

template Index packed_size<float>(const DirectConvolution&);
template Index packed_size<double>(const DirectConvolution&);
template void pack(const DirectConvolution&, const WeightView<float>&, float*);
template void pack(const DirectConvolution&, const WeightView<double>&, double*);
template void convolve(const DirectConvolution&, const float*, const float*, const Epilogue<float>&, float*);
template void convolve(const DirectConvolution&, const double*, const double*, const Epilogue<double>&,
                       double*);

}  // namespace voronet::kernels
