#include <voronet/core/kernels/convolution/channel_blocks.h>
#include <voronet/core/kernels/convolution/pixel_major_convolution.h>

namespace voronet::kernels {
namespace {

// In one dimension, the taps that meet the image, for a window that starts at this pixel of it or before it.
struct Taps {
  Index begin, count;

  Taps(Index start, Index kernel, Index size)
      : begin(std::clamp<Index>(-start, 0, kernel)),
        count(std::clamp<Index>(size - start, begin, kernel) - begin) {}
};

template <class T>
class DenseConvolution {
 public:
  DenseConvolution(const DirectConvolution& conv, const T* x, const T* packed, const Epilogue<T>& epilogue,
                   T* out)
      : conv_(conv), x_(x), packed_(packed), epilogue_(epilogue), out_(out) {}

  // A piece of work is one output pixel of a group of images, for one block of channels. Neighbouring pieces
  // share the block's weight.
  void operator()() const {
    const Index pixels = conv_.out_h * conv_.out_w, groups = (conv_.n + images_a_group - 1) / images_a_group;
    const Index products = std::min(conv_.n, images_a_group) * taps() * blocks_.lanes;
    parallel_for(groups * blocks_.count() * pixels, grain_for(products), [&](Index begin, Index end) {
      for (Index piece = begin; piece < end; ++piece) {
        const Index pixel = piece % pixels, block = piece / pixels % blocks_.count(),
                    group = piece / pixels / blocks_.count();
        const Images images{conv_.n * group / groups, conv_.n * (group + 1) / groups};
        blocks_.call(block, [&](Index channel, int vectors) {
          convolve_pixel(pixel / conv_.out_w, pixel % conv_.out_w, images, channel, vectors);
        });
      }
    });
  }

 private:
  struct Images {
    Index begin, end;
  };
  // Enough to read the weight seldom, few enough to give all threads work.
  static constexpr Index images_a_group = 128;

  Index taps() const { return conv_.kh * conv_.kw * conv_.c; }

  void convolve_pixel(Index i, Index j, Images images, Index channel, int vectors) const {
    const Index top = i * conv_.stride - conv_.top, left = j * conv_.stride - conv_.left;
    const Taps rows(top, conv_.kh, conv_.h), columns(left, conv_.kw, conv_.w);
    const Index image = conv_.h * conv_.w * conv_.c, tap = conv_.c * vectors * blocks_.lanes;
    const bool meets = rows.count > 0 && columns.count > 0;  // the image; else nothing is read
    const T* x = meets ? x_ + ((top + rows.begin) * conv_.w + left + columns.begin) * conv_.c : x_;
    const T* weight =
        packed_ + channel * taps() + (meets ? (rows.begin * conv_.kw + columns.begin) * tap : 0);
    const Index first = i * conv_.out_row + j * conv_.out_pixel + channel;
    for_each_equal_piece(images.end - images.begin, sums_a_vector(vectors),
                         [&](Index skipped, int block_rows, Index count) {
                           const Index n = images.begin + skipped, at = n * conv_.out_image + first;
                           multiply<T>({blocks_.lanes, vectors, block_rows}, count,
                                       {.x = x + n * image,
                                        .x_run = conv_.w * conv_.c,
                                        .x_row = image,
                                        .runs = rows.count,
                                        .run = columns.count * conv_.c,
                                        .weight = weight,
                                        .weight_skip = (conv_.kw - columns.count) * tap,
                                        .out = out_ + at,
                                        .out_row = conv_.out_image,
                                        .channels = conv_.o - channel,
                                        .epilogue = epilogue_.at(channel, at)});
                         });
  }

  DirectConvolution conv_;
  const T *x_, *packed_;
  Epilogue<T> epilogue_;
  T* out_;
  ChannelBlocks blocks_{conv_.o, lanes_for<T>(conv_.o)};
};

}  // namespace

template <class T>
void pixel_major_convolve(const DirectConvolution& conv, const T* x, const T* packed,
                          const Epilogue<T>& epilogue, T* out) {
  DenseConvolution<T>(conv, x, packed, epilogue, out)();
}

template void pixel_major_convolve(const DirectConvolution&, const float*, const float*,
                                   const Epilogue<float>&, float*);
template void pixel_major_convolve(const DirectConvolution&, const double*, const double*,
                                   const Epilogue<double>&, double*);

}  // namespace voronet::kernels
