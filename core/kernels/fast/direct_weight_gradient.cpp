#include <voronet/core/kernels/fast/direct_convolution.h>
#include <voronet/core/kernels/padded_image.h>

#include <vector>

namespace voronet::kernels {
namespace {

// Taps are counted (u, v, c), c fastest: as they lie in a row of the image.

// How the work is cut, by the sizes alone: groups of images sum into arrays of their own, which are added up
// in order; where these would be large, there are fewer groups, each cut into parts by its taps.
struct Pieces {
  Index groups, parts;

  Pieces(Index images, Index taps, Index elements) {
    constexpr Index wanted = 16, most_elements = 1 << 20;
    groups = std::clamp<Index>(most_elements / std::max<Index>(elements, 1), 1,
                               std::clamp<Index>(images, 1, wanted));
    parts = std::clamp<Index>(divide_up(taps, 8), 1, divide_up(wanted, groups));
  }
};

template <class T>
class WeightGradient {
 public:
  WeightGradient(const Conv2dSizes& sizes, const T* x, const T* y)
      : s_(sizes),
        x_(x),
        y_(y),
        blocks_(blocks_of<T>(sizes.o)),
        height_(s_.h + 2 * s_.padding),
        width_(s_.w + 2 * s_.padding) {
    for (Index u = 0; u < s_.kh; ++u)
      for (Index t = 0; t < s_.kw * s_.c; ++t) taps_.push_back(u * width_ * s_.c + t);
  }

  void operator()(T* weight) const {
    const Index taps = static_cast<Index>(taps_.size()), padded = blocks_.padded();
    const Pieces cut(s_.n, taps, taps * padded);
    const Buffer<T> sums(cut.groups * taps * padded);
    std::fill_n(sums.data(), cut.groups * taps * padded, T(0));
    const Index products = s_.n * s_.out_h() * s_.out_w() * taps * padded;
    parallel_for(
        cut.groups * cut.parts, grain_for(products / (cut.groups * cut.parts)), [&](Index first, Index last) {
          for (Index piece = first; piece < last; ++piece) {
            const Index group = piece / cut.parts, part = piece % cut.parts;
            add_images(s_.n * group / cut.groups, s_.n * (group + 1) / cut.groups, taps * part / cut.parts,
                       taps * (part + 1) / cut.parts, sums.data() + group * taps * padded);
          }
        });
    parallel_for(s_.o, 1 + (1 << 14) / std::max<Index>(taps, 1), [&](Index begin, Index end) {
      for (Index o = begin; o < end; ++o)
        for (Index t = 0; t < taps; ++t) {
          T total = 0;
          for (Index group = 0; group < cut.groups; ++group)
            total += sums.data()[(group * taps + t) * padded + o];
          const Index position = t / s_.c, c = t % s_.c;
          weight[(o * s_.c + c) * s_.kh * s_.kw + position] = total;
        }
    });
  }

 private:
  // Adds what images first..last-1 give to taps begin..end-1.
  void add_images(Index first, Index last, Index begin, Index end, T* sums) const {
    const Buffer<T> x_scratch(s_.padding > 0 ? height_ * width_ * s_.c : 0);
    const Index pixels = s_.out_h() * s_.out_w();
    const Buffer<T> y_scratch(pixels * s_.o + blocks_.padded());
    for (Index n = first; n < last; ++n) {
      const T *x = x_ + n * s_.h * s_.w * s_.c, *y = y_ + n * pixels * s_.o;
      if (s_.padding > 0) {
        copy_padded(x, s_.h, s_.w, s_.c, {-s_.padding, -s_.padding, height_, width_}, x_scratch.data());
        x = x_scratch.data();
      }
      // Vectors read past the channels of a pixel into the next pixel, which does no harm: those lanes are
      // dropped. But past the tensor's end there is nothing to read.
      if ((s_.n - n - 1) * pixels * s_.o < blocks_.padded() - s_.o) {
        std::fill_n(std::copy_n(y, pixels * s_.o, y_scratch.data()), blocks_.padded() - s_.o, T(0));
        y = y_scratch.data();
      }
      add_image(x, y, begin, end, sums);
    }
  }

  void add_image(const T* x, const T* y, Index begin, Index end, T* sums) const {
    blocks_.for_each([&](Index channel, int vectors) {
      for_each_equal_piece(end - begin, sums_a_vector(vectors), [&](Index tap, int taps, Index count) {
        accumulate<T>({blocks_.lanes, vectors, taps}, count,
                      {.x = x,
                       .offset = taps_.data() + begin + tap,
                       .x_i = s_.stride * width_ * s_.c,
                       .x_j = s_.stride * s_.c,
                       .y = y + channel,
                       .y_i = s_.out_w() * s_.o,
                       .y_j = s_.o,
                       .i = s_.out_h(),
                       .j = s_.out_w(),
                       .sum = sums + (begin + tap) * blocks_.padded() + channel,
                       .sum_row = blocks_.padded()});
      });
    });
  }

  Conv2dSizes s_;
  const T *x_, *y_;
  ChannelBlocks blocks_;
  Index height_, width_;  // of the padded image
  std::vector<Index> taps_;
};

}  // namespace

template <class T>
void direct_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight) {
  WeightGradient<T>(sizes, x, y)(weight);
}

template void direct_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void direct_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
