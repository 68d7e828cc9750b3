#include <voronet/core/kernels/fast/direct_convolution.h>

#include <array>
#include <numeric>

namespace voronet::kernels {
namespace {

// (images, pixels, channels) as (pixels, panel of `width` channels, images, width), zeros behind the last
// channel: what a register block reads of a pixel lies together.
template <class T>
class Panels {
 public:
  Panels(Index images, Index pixels, Index channels, Index width, const T* x)
      : panels_(divide_up(channels, width)), panel_(images * width), elements_(pixels * panels_ * panel_) {
    parallel_for(pixels * panels_, grain_for(panel_), [&](Index begin, Index end) {
      for (Index piece = begin; piece < end; ++piece) {
        const Index pixel = piece / panels_, first = piece % panels_ * width,
                    count = std::min(width, channels - first);
        T* to = elements_.data() + piece * panel_;
        for (Index n = 0; n < images; ++n, to += width)
          std::fill(std::copy_n(x + (n * pixels + pixel) * channels + first, count, to), to + width, T(0));
      }
    });
  }
  const T* at(Index pixel, Index panel) const {
    return elements_.data() + (pixel * panels_ + panel) * panel_;
  }

 private:
  Index panels_, panel_;  // how many of a pixel, and the elements of one
  Buffer<T> elements_;
};

// Rows of a register block are output channels, its vectors run over input channels: so a thread has all taps
// and input channels of a few output channels, which are neighbours in the weight.
template <class T>
class PixelMajorWeightGradient {
 public:
  PixelMajorWeightGradient(const Conv2dSizes& sizes, const T* x, const T* y)
      : s_(sizes),
        in_(blocks_of<T>(sizes.c)),
        width_(in_.lanes * ChannelBlocks::max_vectors),
        x_(s_.n, s_.h * s_.w, s_.c, width_, x),
        y_(s_.n, s_.out_h() * s_.out_w(), s_.o, outputs_a_piece, y) {
    std::iota(offsets_.begin(), offsets_.end(), Index{0});
  }

  void operator()(T* weight) const {
    const Index products = s_.n * s_.out_h() * s_.out_w() * s_.c * outputs_a_piece;
    parallel_for(divide_up(s_.o, outputs_a_piece), grain_for(products), [&](Index begin, Index end) {
      const Index size = s_.kh * s_.kw * outputs_a_piece * in_.padded();
      const Buffer<T> sums(size);
      for (Index piece = begin; piece < end; ++piece) {
        const Index first = piece * outputs_a_piece, outputs = std::min(outputs_a_piece, s_.o - first);
        std::fill_n(sums.data(), size, T(0));
        for (Index block = 0; block < in_.count(); ++block) add_products(piece, outputs, block, sums.data());
        write(sums.data(), outputs, weight + first * s_.c * s_.kh * s_.kw);
      }
    });
  }

 private:
  static constexpr Index outputs_a_piece = 12;

  // Adds all images' products of a piece of output channels with a block of input channels, for each output
  // pixel and each tap that reaches an input pixel from there. sums (taps, outputs_a_piece, input channels).
  void add_products(Index piece, Index outputs, Index block, T* sums) const {
    for (Index i = 0; i < s_.out_h(); ++i)
      for (Index j = 0; j < s_.out_w(); ++j)
        for (Index u = 0; u < s_.kh; ++u)
          for (Index v = 0; v < s_.kw; ++v) {
            const Index row = i * s_.stride + u - s_.padding, column = j * s_.stride + v - s_.padding;
            if (row < 0 || row >= s_.h || column < 0 || column >= s_.w) continue;
            add_products(x_.at(row * s_.w + column, block), y_.at(i * s_.out_w() + j, piece), outputs, block,
                         sums + (u * s_.kw + v) * outputs_a_piece * in_.padded());
          }
  }

  void add_products(const T* x, const T* y, Index outputs, Index block, T* sums) const {
    in_.call(block, [&](Index channel, int vectors) {
      for_each_equal_piece(outputs, sums_a_vector(vectors), [&](Index o, int rows, Index count) {
        accumulate<T>({in_.lanes, vectors, rows}, count,
                      {.x = y + o,
                       .offset = offsets_.data(),
                       .x_i = 0,
                       .x_j = outputs_a_piece,
                       .y = x,
                       .y_i = 0,
                       .y_j = width_,
                       .i = 1,
                       .j = s_.n,
                       .sum = sums + o * in_.padded() + channel,
                       .sum_row = in_.padded()});
      });
    });
  }

  // (taps, outputs_a_piece, input channels) -> (outputs, input channels, taps)
  void write(const T* sums, Index outputs, T* weight) const {
    const Index taps = s_.kh * s_.kw;
    for (Index o = 0; o < outputs; ++o)
      for (Index t = 0; t < taps; ++t)
        for (Index c = 0; c < s_.c; ++c)
          weight[(o * s_.c + c) * taps + t] = sums[(t * outputs_a_piece + o) * in_.padded() + c];
  }

  Conv2dSizes s_;
  ChannelBlocks in_;
  Index width_;
  Panels<T> x_, y_;
  std::array<Index, outputs_a_piece> offsets_;
};

}  // namespace

template <class T>
void pixel_major_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight) {
  PixelMajorWeightGradient<T>(sizes, x, y)(weight);
}

template void pixel_major_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void pixel_major_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
