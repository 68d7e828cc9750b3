#include <voronet/core/kernels/fast/direct_convolution.h>
#include <voronet/core/kernels/padded_image.h>

namespace voronet::kernels {
namespace {

// In one dimension, the taps of a window that meet the image.
struct Taps {
  Index begin, count;
};

// Those of a window that starts at this pixel of the image or before it.
Taps meeting_taps(Index start, Index kernel, Index size) {
  const Index begin = std::clamp<Index>(-start, 0, kernel);
  return {begin, std::clamp<Index>(size - start, begin, kernel) - begin};
}

// Outputs that are the rows of register blocks.
template <class T>
struct Outputs {
  const T* x;             // the first tap of the first one that meets the image
  Index x_run, x_next;    // elements from one row of taps to the next, and from one output to the next
  Index at, next, count;  // the first one's first element, and from one output to the next
};

template <class T>
class Convolution {
 public:
  Convolution(const DirectConvolution& conv, const T* x, const T* packed, const Epilogue<T>& epilogue, T* out)
      : conv_(conv), x_(x), packed_(packed), epilogue_(epilogue), out_(out) {}

  // Few images are cut into bands of rows, so that all threads have work.
  void by_pixels() const {
    constexpr Index pieces_wanted = 16;
    const Index bands = std::clamp<Index>(pieces_wanted / std::max<Index>(conv_.n, 1), 1, conv_.out_h);
    const Index products_a_band = conv_.out_h * conv_.out_w / bands * packed_size<T>(conv_);
    parallel_for(conv_.n * bands, grain_for(products_a_band), [&](Index first, Index last) {
      const Buffer<T> scratch(conv_.h * touched_columns() * conv_.c);
      for (Index piece = first; piece < last; ++piece) {
        const Index band = piece % bands;
        convolve_rows(piece / bands, conv_.out_h * band / bands, conv_.out_h * (band + 1) / bands,
                      scratch.data());
      }
    });
  }

  // A piece is one output pixel of a group of images, for a block of channels, whose weight neighbours share.
  void by_images() const {
    constexpr Index images_a_group = 128;  // enough to read the weight seldom, few enough for all threads
    const Index pixels = conv_.out_h * conv_.out_w, groups = divide_up(conv_.n, images_a_group);
    const Index products = std::min(conv_.n, images_a_group) * taps() * blocks_.lanes;
    parallel_for(groups * blocks_.count() * pixels, grain_for(products), [&](Index begin, Index end) {
      for (Index piece = begin; piece < end; ++piece) {
        const Index pixel = piece % pixels, block = piece / pixels % blocks_.count(),
                    group = piece / pixels / blocks_.count();
        blocks_.call(block, [&](Index channel, int vectors) {
          convolve_pixel(pixel / conv_.out_w, pixel % conv_.out_w, conv_.n * group / groups,
                         conv_.n * (group + 1) / groups, channel, vectors);
        });
      }
    });
  }

 private:
  Index taps() const { return conv_.kh * conv_.kw * conv_.c; }
  Index touched_columns() const { return (conv_.out_w - 1) * conv_.stride + conv_.kw; }

  // Rows begin..end-1 of one image's output.
  void convolve_rows(Index image, Index begin, Index end, T* scratch) const {
    const Index first_row = std::clamp<Index>(begin * conv_.stride - conv_.top, 0, conv_.h);
    const Index last_row = std::min(conv_.h, (end - 1) * conv_.stride - conv_.top + conv_.kh);
    const T* x = x_ + (image * conv_.h + first_row) * conv_.w * conv_.c;
    Index columns = conv_.w;
    if (conv_.left != 0 || touched_columns() > conv_.w) {
      columns = touched_columns();
      copy_padded(x, conv_.h - first_row, conv_.w, conv_.c, {0, -conv_.left, last_row - first_row, columns},
                  scratch);
      x = scratch;
    }
    for (Index i = begin; i < end; ++i) {
      const Index top = i * conv_.stride - conv_.top;
      const Taps rows = meeting_taps(top, conv_.kh, conv_.h);
      const T* row = rows.count == 0 ? x : x + (top + rows.begin - first_row) * columns * conv_.c;
      blocks_.for_each([&](Index channel, int vectors) {
        multiply_taps(rows, {0, conv_.kw},
                      {row, columns * conv_.c, conv_.stride * conv_.c,
                       image * conv_.out_image + i * conv_.out_row, conv_.out_pixel, conv_.out_w},
                      channel, vectors);
      });
    }
  }

  // Output (i, j) of images begin..end-1.
  void convolve_pixel(Index i, Index j, Index begin, Index end, Index channel, int vectors) const {
    const Index top = i * conv_.stride - conv_.top, left = j * conv_.stride - conv_.left;
    const Taps rows = meeting_taps(top, conv_.kh, conv_.h), columns = meeting_taps(left, conv_.kw, conv_.w);
    const Index image = conv_.h * conv_.w * conv_.c;
    const T* x = x_ + begin * image;
    if (rows.count > 0 && columns.count > 0)
      x += ((top + rows.begin) * conv_.w + left + columns.begin) * conv_.c;
    multiply_taps(
        rows, columns,
        {x, conv_.w * conv_.c, image, begin * conv_.out_image + i * conv_.out_row + j * conv_.out_pixel,
         conv_.out_image, end - begin},
        channel, vectors);
  }

  void multiply_taps(const Taps& rows, const Taps& columns, const Outputs<T>& outputs, Index channel,
                     int vectors) const {
    const Index tap = conv_.c * vectors * blocks_.lanes;
    const T* weight = packed_ + channel * taps();
    if (rows.count > 0 && columns.count > 0)  // else nothing is read
      weight += (rows.begin * conv_.kw + columns.begin) * tap;
    for_each_equal_piece(outputs.count, sums_a_vector(vectors),
                         [&](Index first, int block_rows, Index count) {
                           const Index at = outputs.at + first * outputs.next + channel;
                           multiply<T>({blocks_.lanes, vectors, block_rows}, count,
                                       {.x = outputs.x + first * outputs.x_next,
                                        .x_run = outputs.x_run,
                                        .x_row = outputs.x_next,
                                        .runs = rows.count,
                                        .run = columns.count * conv_.c,
                                        .weight = weight,
                                        .weight_skip = (conv_.kw - columns.count) * tap,
                                        .out = out_ + at,
                                        .out_row = outputs.next,
                                        .channels = conv_.o - channel,
                                        .epilogue = epilogue_.at(channel, at)});
                         });
  }

  DirectConvolution conv_;
  const T *x_, *packed_;
  Epilogue<T> epilogue_;
  T* out_;
  ChannelBlocks blocks_ = blocks_of<T>(conv_.o);
};

}  // namespace

template <class T>
Index packed_size(const DirectConvolution& conv) {
  return conv.kh * conv.kw * conv.c * blocks_of<T>(conv.o).padded();
}

// (block of channels, kh, kw c, channels of the block). Channels come first: a weight's taps are neighbours.
template <class T>
void pack(const DirectConvolution& conv, const WeightView<T>& weight, T* packed) {
  const ChannelBlocks blocks = blocks_of<T>(conv.o);
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
void convolve(const DirectConvolution& conv, BlockRows rows, const T* x, const T* packed,
              const Epilogue<T>& epilogue, T* out) {
  if (conv.out_h == 0 || conv.out_w == 0) return;
  const Convolution<T> convolution(conv, x, packed, epilogue, out);
  rows == BlockRows::pixels ? convolution.by_pixels() : convolution.by_images();
}

template Index packed_size<float>(const DirectConvolution&);
template Index packed_size<double>(const DirectConvolution&);
template void pack(const DirectConvolution&, const WeightView<float>&, float*);
template void pack(const DirectConvolution&, const WeightView<double>&, double*);
template void convolve(const DirectConvolution&, BlockRows, const float*, const float*,
                       const Epilogue<float>&, float*);
template void convolve(const DirectConvolution&, BlockRows, const double*, const double*,
                       const Epilogue<double>&, double*);

}  // namespace voronet::kernels
