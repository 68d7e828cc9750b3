#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/channel_blocks.h>
#include <voronet/core/kernels/padded_image.h>
#include <voronet/core/kernels/winograd.h>
#include <voronet/core/kernels/winograd_transforms.h>
#include <voronet/core/parallel.h>

#include <numeric>

namespace voronet::kernels {
namespace {

using namespace winograd;

template <class T>
using Vec = typename Vector<T, native_lanes<T>>::type;

template <class T>
ChannelBlocks blocks_of(Index channels) {
  return {channels, native_lanes<T>};
}

// The 4x4 tiles that cover the output of all images. The last ones of a row or column may reach over the
// border.
class Tiles {
 public:
  explicit Tiles(const Conv2dSizes& s)
      : rows_((s.out_h() + tile - 1) / tile),
        columns_((s.out_w() + tile - 1) / tile),
        count_(s.n * rows_ * columns_) {}

  Index count() const { return count_; }
  // Image, and first row and column of output pixels.
  struct Place {
    Index image, row, column;
  };
  Place place(Index t) const {
    const Index in_image = t % (rows_ * columns_);
    return {t / (rows_ * columns_), in_image / columns_ * tile, in_image % columns_ * tile};
  }

 private:
  Index rows_, columns_, count_;
};

// An n x n window of an image's pixels with zeros outside the image; pixel (i, j) starts at
// first + i * row + j * c.
template <class T>
struct Window {
  const T* first;
  Index row;
};
template <class T>
Window<T> window_of(const T* image, Index h, Index w, Index c, Index top, Index left, Index n, T* scratch) {
  if (top >= 0 && left >= 0 && top + n <= h && left + n <= w) return {image + (top * w + left) * c, w * c};
  copy_padded(image, h, w, c, {top, left, n, n}, scratch);
  return {scratch, n * c};
}

// Transforms an n x n window of channels by f on both sides: `out` gets 36 arrays, `plane` elements apart, of
// c channels padded to whole vectors.
template <std::size_t n, class T, class F>
void transform_window(const Window<T>& window, Index c, const F& f, T* out, Index plane) {
  constexpr Index lanes = native_lanes<T>;
  for (Index first = 0; first < c; first += lanes) {
    const auto read = [&](std::size_t i, std::size_t j) {
      Vec<T> x;
      load(x, window.first + static_cast<Index>(i) * window.row + static_cast<Index>(j) * c + first,
           c - first);
      return x;
    };
    const auto write = [&](std::size_t i, std::size_t j, const Vec<T>& v) {
      store(v, out + static_cast<Index>(i * window_size + j) * plane + first);
    };
    both_sides<Vec<T>, n>(f, read, write);
  }
}

template <class T>
void transform_input(const Conv2dSizes& s, const Tiles::Place& at, const T* x, T* scratch, T* out,
                     Index plane) {
  const auto window = window_of(x + at.image * s.h * s.w * s.c, s.h, s.w, s.c, at.row - s.padding,
                                at.column - s.padding, Index{window_size}, scratch);
  transform_window<window_size>(
      window, s.c, [](const auto& column) { return b_transposed(column); }, out, plane);
}

template <class T>
void transform_output_gradient(const Conv2dSizes& s, const Tiles::Place& at, const T* y, T* scratch, T* out,
                               Index plane) {
  const auto window = window_of(y + at.image * s.out_h() * s.out_w() * s.o, s.out_h(), s.out_w(), s.o, at.row,
                                at.column, Index{tile}, scratch);
  transform_window<tile>(
      window, s.o, [](const auto& column) { return a(column); }, out, plane);
}

// From 36 arrays of sums to a tile of output.
template <class T>
void transform_output(const Conv2dSizes& s, const Tiles::Place& at, const T* sums, Index plane,
                      const Epilogue<T>& epilogue, T* y) {
  const Index rows = std::min<Index>(tile, s.out_h() - at.row),
              columns = std::min<Index>(tile, s.out_w() - at.column),
              start = ((at.image * s.out_h() + at.row) * s.out_w() + at.column) * s.o;
  for (Index o = 0; o < s.o; o += native_lanes<T>) {
    const auto read = [&](std::size_t i, std::size_t j) {
      Vec<T> m;
      load(m, sums + static_cast<Index>(i * window_size + j) * plane + o);
      return m;
    };
    const auto write = [&](std::size_t row, std::size_t column, const Vec<T>& value) {
      const Index i = static_cast<Index>(row), j = static_cast<Index>(column);
      if (i >= rows || j >= columns) return;
      const Index element = start + (i * s.out_w() + j) * s.o + o;
      store(epilogue.apply(value, o, element, s.o - o), y + element, s.o - o);
    };
    both_sides<Vec<T>, window_size>([](const auto& column) { return a_transposed(column); }, read, write);
  }
}

// Tiles that a thread takes at a time: their transforms should stay in its cache, but the weight is read once
// for each such block, so it should not be too small. The result does not depend on it.
template <class T>
Index tiles_a_block(const Conv2dSizes& s, Index tiles) {
  constexpr Index cache = 640 << 10, least = 48, most = 192;
  const Index bytes = elements * (s.c + s.o) * static_cast<Index>(sizeof(T));
  return std::min(std::clamp<Index>(cache / bytes, least, most), (tiles + threads() - 1) / threads());
}

}  // namespace

bool winograd_can(const Conv2dSizes& s) { return s.kh == 3 && s.kw == 3 && s.stride == 1; }

template <class T>
Index winograd_packed_size(Index c, Index o) {
  return elements * c * blocks_of<T>(o).padded();
}

// (36, block of channels, c, channels of the block)
template <class T>
void winograd_pack(Index c, Index o, const WeightView<T>& weight, T* packed) {
  const ChannelBlocks blocks = blocks_of<T>(o);
  const Index plane = c * blocks.padded();
  blocks.for_each_parallel(c * elements, [&](Index first, int vectors) {
    for (Index in = 0; in < c; ++in)
      for (int k = 0; k < vectors; ++k) {
        const Index channel = first + k * blocks.lanes, count = std::min<Index>(blocks.lanes, o - channel);
        const auto read = [&](std::size_t u, std::size_t v) {
          Vec<T> w{};
          for (Index lane = 0; lane < count; ++lane)
            w[lane] = weight(static_cast<Index>(u), static_cast<Index>(v), in, channel + lane);
          return w;
        };
        T* out = packed + first * c + (in * vectors + k) * blocks.lanes;
        const auto write = [&](std::size_t i, std::size_t j, const Vec<T>& value) {
          store(value, out + static_cast<Index>(i * window_size + j) * plane);
        };
        both_sides<Vec<T>, 3>([](const auto& column) { return g(column); }, read, write);
      }
  });
}

template <class T>
void winograd_convolve(const Conv2dSizes& s, const T* x, const T* packed, const Epilogue<T>& epilogue, T* y) {
  const Tiles tiles(s);
  const ChannelBlocks in = blocks_of<T>(s.c), out = blocks_of<T>(s.o);
  const Index block = tiles_a_block<T>(s, tiles.count());
  parallel_for(tiles.count(), block, [&](Index begin, Index end) {
    const Index count = end - begin, in_plane = count * in.padded(), out_plane = count * out.padded();
    const Buffer<T> transformed(elements * in_plane), sums(elements * out_plane),
        scratch(window_size * window_size * s.c);
    for (Index t = 0; t < count; ++t)
      transform_input(s, tiles.place(begin + t), x, scratch.data(), transformed.data() + t * in.padded(),
                      in_plane);
    for (Index e = 0; e < elements; ++e)
      out.for_each([&](Index channel, int vectors) {
        for_each_equal_piece(count, sums_a_vector(vectors), [&](Index t, int rows) {
          multiply<T>({out.lanes, vectors, rows},
                      {.x = transformed.data() + e * in_plane + t * in.padded(),
                       .x_run = 0,
                       .x_row = in.padded(),
                       .runs = 1,
                       .run = s.c,
                       .weight = packed + e * s.c * out.padded() + channel * s.c,
                       .out = sums.data() + e * out_plane + t * out.padded() + channel,
                       .out_row = out.padded(),
                       .channels = vectors * out.lanes,
                       .epilogue = {}});
        });
      });
    for (Index t = 0; t < count; ++t)
      transform_output(s, tiles.place(begin + t), sums.data() + t * out.padded(), out_plane, epilogue, y);
  });
}

template <class T>
void winograd_weight_gradient(const Conv2dSizes& s, const T* x, const T* y, T* weight) {
  const Tiles tiles(s);
  const ChannelBlocks in = blocks_of<T>(s.c), out = blocks_of<T>(s.o);
  const Buffer<T> sums(elements * s.c * out.padded());
  std::fill_n(sums.data(), elements * s.c * out.padded(), T(0));
  // All threads transform some tiles, then each adds up what they give to some elements and input channels.
  constexpr Index shared_cache = 8 << 20, least = 256, channels_a_part = 24;
  const Index bytes = elements * (in.padded() + out.padded()) * static_cast<Index>(sizeof(T)),
              block = std::min(std::max(shared_cache / bytes, least), tiles.count());
  const Buffer<T> inputs(elements * block * in.padded()), gradients(elements * block * out.padded());
  std::array<Index, sums_a_vector(1)> offsets;
  std::iota(offsets.begin(), offsets.end(), Index{0});
  const Index parts = (s.c + channels_a_part - 1) / channels_a_part;
  for (Index begin = 0; begin < tiles.count(); begin += block) {
    const Index count = std::min(block, tiles.count() - begin);
    const Index in_plane = count * in.padded(), out_plane = count * out.padded();
    parallel_for(count, 16, [&](Index first, Index last) {
      const Buffer<T> scratch(window_size * window_size * std::max(s.c, s.o));
      for (Index t = first; t < last; ++t) {
        const auto at = tiles.place(begin + t);
        transform_input(s, at, x, scratch.data(), inputs.data() + t * in.padded(), in_plane);
        transform_output_gradient(s, at, y, scratch.data(), gradients.data() + t * out.padded(), out_plane);
      }
    });
    parallel_for(elements * parts, 1, [&](Index first, Index last) {
      for (Index piece = first; piece < last; ++piece) {
        const Index e = piece / parts, part = piece % parts, c_first = s.c * part / parts,
                    c_last = s.c * (part + 1) / parts;
        out.for_each([&](Index channel, int vectors) {
          for_each_equal_piece(c_last - c_first, sums_a_vector(vectors), [&](Index c, int rows) {
            accumulate<T>({out.lanes, vectors, rows},
                          {.x = inputs.data() + e * in_plane + c_first + c,
                           .offset = offsets.data(),
                           .x_i = 0,
                           .x_j = in.padded(),
                           .y = gradients.data() + e * out_plane + channel,
                           .y_i = 0,
                           .y_j = out.padded(),
                           .i = 1,
                           .j = count,
                           .sum = sums.data() + (e * s.c + c_first + c) * out.padded() + channel,
                           .sum_row = out.padded()});
          });
        });
      }
    });
  }
  parallel_for(out.vectors(), grain_for(elements * s.c * out.lanes), [&](Index first, Index last) {
    for (Index k = first; k < last; ++k)
      for (Index c = 0; c < s.c; ++c) {
        const Index channel = k * out.lanes, lanes = std::min<Index>(out.lanes, s.o - channel);
        const auto read = [&](std::size_t i, std::size_t j) {
          Vec<T> u;
          load(u, sums.data() + (static_cast<Index>(i * window_size + j) * s.c + c) * out.padded() + channel);
          return u;
        };
        const auto write = [&](std::size_t u, std::size_t v, const Vec<T>& value) {
          for (Index lane = 0; lane < lanes; ++lane)
            weight[((channel + lane) * s.c + c) * 9 + static_cast<Index>(u * 3 + v)] = value[lane];
        };
        both_sides<Vec<T>, window_size>([](const auto& column) { return g_transposed(column); }, read, write);
      }
  });
}

template Index winograd_packed_size<float>(Index, Index);
template Index winograd_packed_size<double>(Index, Index);
template void winograd_pack(Index, Index, const WeightView<float>&, float*);
template void winograd_pack(Index, Index, const WeightView<double>&, double*);
template void winograd_convolve(const Conv2dSizes&, const float*, const float*, const Epilogue<float>&,
                                float*);
template void winograd_convolve(const Conv2dSizes&, const double*, const double*, const Epilogue<double>&,
                                double*);
template void winograd_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void winograd_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
