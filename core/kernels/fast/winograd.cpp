#include <voronet/core/kernels/fast/winograd.h>
#include <voronet/core/kernels/fast/winograd_tiles.h>

#include <vector>

namespace voronet::kernels {
namespace {

using namespace winograd;

// From 36 arrays of sums to a tile of output, for a block of channels that starts at `channel`.
template <class T>
void transform_output(const Conv2dSizes& s, const Tiles::Place& at, const T* sums, Index plane, Index channel,
                      Index width, const Epilogue<T>& epilogue, T* y) {
  const Index rows = std::min<Index>(tile, s.out_h() - at.row),
              columns = std::min<Index>(tile, s.out_w() - at.column),
              start = ((at.image * s.out_h() + at.row) * s.out_w() + at.column) * s.o;
  for (Index o = channel; o < std::min(channel + width, s.o); o += native_lanes<T>) {
    const auto read = [&](std::size_t i, std::size_t j) {
      Vec<T> m;
      load(m, sums + static_cast<Index>(i * window_size + j) * plane + o - channel);
      return m;
    };
    const auto write = [&](std::size_t row, std::size_t column, const Vec<T>& value) {
      const Index i = static_cast<Index>(row), j = static_cast<Index>(column);
      if (i >= rows || j >= columns) return;
      const Index element = start + (i * s.out_w() + j) * s.o + o;
      store(apply(epilogue, value, o, element, s.o - o), y + element, s.o - o);
    };
    both_sides<Vec<T>, window_size>([](const auto& column) { return a_transposed(column); }, read, write);
  }
}

// Tiles that a thread takes at a time, in blocks of about one size: each reads the weight once, and a block
// of channels' sums should stay in the cache. The result does not depend on it.
Index tiles_a_block(Index tiles) {
  constexpr Index most = 64;
  const Index blocks = std::max<Index>(divide_up(tiles, most), threads());
  return divide_up(tiles, blocks);
}

}  // namespace

bool winograd_can(const Conv2dSizes& s) { return s.kh == 3 && s.kw == 3 && s.stride == 1; }

template <class T>
Index winograd_packed_size(Index c, Index o) {
  return elements * c * whole_blocks<T>(o).padded();
}

// (36, block of channels, c, channels of the block)
template <class T>
void winograd_pack(Index c, Index o, const WeightView<T>& weight, T* packed) {
  const ChannelBlocks blocks = whole_blocks<T>(o);
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
  const ChannelBlocks in = whole_blocks<T>(s.c), out = whole_blocks<T>(s.o);
  const std::vector<T> zeros(s.c);  // a pixel outside the image
  parallel_for(tiles.count(), tiles_a_block(tiles.count()), [&](Index begin, Index end) {
    const Index count = end - begin, in_plane = count * in.padded();
    const Buffer<T> transformed(elements * in_plane),
        sums(elements * count * ChannelBlocks::max_vectors * out.lanes);
    for (Index t = 0; t < count; ++t)
      transform_input(s, tiles.place(begin + t), x, zeros.data(), transformed.data() + t * in.padded(),
                      in_plane);
    // A block of channels at a time, so that its sums are still in the cache when they are transformed.
    out.for_each([&](Index channel, int vectors) {
      const Index width = vectors * out.lanes, out_plane = count * width;
      for (Index e = 0; e < elements; ++e)
        for_each_equal_piece(count, sums_a_vector(vectors), [&](Index t, int rows, Index pieces) {
          multiply<T>({out.lanes, vectors, rows}, pieces,
                      {.x = transformed.data() + e * in_plane + t * in.padded(),
                       .x_run = 0,
                       .x_row = in.padded(),
                       .runs = 1,
                       .run = s.c,
                       .weight = packed + e * s.c * out.padded() + channel * s.c,
                       .out = sums.data() + e * out_plane + t * width,
                       .out_row = width,
                       .channels = width,
                       .epilogue = {}});
        });
      for (Index t = 0; t < count; ++t)
        transform_output(s, tiles.place(begin + t), sums.data() + t * width, out_plane, channel, width,
                         epilogue, y);
    });
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

}  // namespace voronet::kernels
