#include <voronet/core/kernels/fast/winograd.h>
#include <voronet/core/kernels/fast/winograd_tiles.h>

#include <array>
#include <numeric>
#include <vector>

namespace voronet::kernels {
namespace {

using namespace winograd;

template <class T>
void transform_output_gradient(const Conv2dSizes& s, const Tiles::Place& at, const T* y, const T* zeros,
                               T* out, Index plane) {
  const auto window = window_of<tile>(y + at.image * s.out_h() * s.out_w() * s.o, s.out_h(), s.out_w(), s.o,
                                      at.row, at.column, zeros);
  transform_window<tile, T>(
      window, s.o, [](const auto& column) { return a(column); }, out, plane);
}

// A block of tiles at a time: threads transform some of them, then add up some elements and input channels.
template <class T>
class WinogradWeightGradient {
 public:
  WinogradWeightGradient(const Conv2dSizes& sizes, const T* x, const T* y)
      : s_(sizes),
        x_(x),
        y_(y),
        tiles_(sizes),
        in_(whole_blocks<T>(sizes.c)),
        out_(whole_blocks<T>(sizes.o)),
        zeros_(std::max(sizes.c, sizes.o)),
        tiles_a_block_(std::min(tiles_.count(), std::max(least_tiles, shared_cache / bytes_a_tile()))),
        inputs_(elements * tiles_a_block_ * in_.padded()),
        gradients_(elements * tiles_a_block_ * out_.padded()),
        sums_(elements * s_.c * out_.padded()) {
    std::iota(offsets_.begin(), offsets_.end(), Index{0});
  }

  void operator()(T* weight) {
    if (tiles_.count() == 0) std::fill_n(sums_.data(), elements * s_.c * out_.padded(), T(0));
    for (Index begin = 0; begin < tiles_.count(); begin += tiles_a_block_) {
      const Index count = std::min(tiles_a_block_, tiles_.count() - begin);
      transform_tiles(begin, count);
      add_products(count, begin == 0);
    }
    transform_sums(weight);
  }

 private:
  static constexpr Index shared_cache = 8 << 20, least_tiles = 256, channels_a_part = 24;

  Index bytes_a_tile() const {
    return elements * (in_.padded() + out_.padded()) * static_cast<Index>(sizeof(T));
  }

  void transform_tiles(Index begin, Index count) {
    const Index in_plane = count * in_.padded(), out_plane = count * out_.padded();
    parallel_for(count, 16, [&](Index first, Index last) {
      for (Index t = first; t < last; ++t) {
        const auto at = tiles_.place(begin + t);
        transform_input(s_, at, x_, zeros_.data(), inputs_.data() + t * in_.padded(), in_plane);
        transform_output_gradient(s_, at, y_, zeros_.data(), gradients_.data() + t * out_.padded(),
                                  out_plane);
      }
    });
  }

  void add_products(Index count, bool fresh) {
    const Index parts = divide_up(s_.c, channels_a_part);
    parallel_for(elements * parts, 1, [&](Index first, Index last) {
      for (Index piece = first; piece < last; ++piece) {
        const Index part = piece % parts;
        add_products(piece / parts, s_.c * part / parts, s_.c * (part + 1) / parts, count, fresh);
      }
    });
  }

  // For one of the 36 elements, and input channels begin..end-1.
  void add_products(Index element, Index begin, Index end, Index count, bool fresh) {
    const T *input = inputs_.data() + element * count * in_.padded(),
            *gradient = gradients_.data() + element * count * out_.padded();
    out_.for_each([&](Index channel, int vectors) {
      for_each_equal_piece(end - begin, sums_a_vector(vectors), [&](Index c, int rows, Index pieces) {
        accumulate<T>({out_.lanes, vectors, rows}, pieces,
                      {.x = input + begin + c,
                       .offset = offsets_.data(),
                       .x_i = 0,
                       .x_j = in_.padded(),
                       .y = gradient + channel,
                       .y_i = 0,
                       .y_j = out_.padded(),
                       .i = 1,
                       .j = count,
                       .sum = sums_.data() + (element * s_.c + begin + c) * out_.padded() + channel,
                       .sum_row = out_.padded(),
                       .fresh = fresh});
      });
    });
  }

  void transform_sums(T* weight) {
    parallel_for(out_.vectors(), grain_for(elements * s_.c * out_.lanes), [&](Index first, Index last) {
      for (Index k = first; k < last; ++k)
        for (Index c = 0; c < s_.c; ++c) transform_sums(c, k * out_.lanes, weight);
    });
  }

  // For one input channel and a vector of output channels.
  void transform_sums(Index c, Index channel, T* weight) {
    const Index lanes = std::min<Index>(out_.lanes, s_.o - channel);
    const auto read = [&](std::size_t i, std::size_t j) {
      Vec<T> u;
      load(u, sums_.data() + (static_cast<Index>(i * window_size + j) * s_.c + c) * out_.padded() + channel);
      return u;
    };
    const auto write = [&](std::size_t u, std::size_t v, const Vec<T>& value) {
      for (Index lane = 0; lane < lanes; ++lane)
        weight[((channel + lane) * s_.c + c) * 9 + static_cast<Index>(u * 3 + v)] = value[lane];
    };
    both_sides<Vec<T>, window_size>([](const auto& column) { return g_transposed(column); }, read, write);
  }

  Conv2dSizes s_;
  const T *x_, *y_;
  Tiles tiles_;
  ChannelBlocks in_, out_;
  std::vector<T> zeros_;  // a pixel outside the image
  Index tiles_a_block_;
  Buffer<T> inputs_, gradients_, sums_;  // (36, tiles, channels), the same, (36, c, o), channels padded
  std::array<Index, channels_a_part> offsets_;
};

}  // namespace

template <class T>
void winograd_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight) {
  WinogradWeightGradient<T>(sizes, x, y)(weight);
}

template void winograd_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void winograd_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
