#include <voronet/core/kernels/narrow_convolution.h>
#include <voronet/core/kernels/with_constant.h>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace voronet::kernels {
namespace {

// Output channels whose sums are kept in registers at once, for two rows.
constexpr int block_channels = vector_registers / 4;
// With more channels than this, vectors over channels are full.
constexpr Index most_channels = 8;

template <class T>
using Position = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

template <class V, std::size_t... lane>
V odd_lanes(const V& v, std::index_sequence<lane...>) {
  return __builtin_shufflevector(v, v, (lane | 1)...);
}

// Padded planes of an image, one for each channel, from whose rows whole vectors may be read.
struct Planes {
  explicit Planes(const Conv2dSizes& s, int lanes)
      : row((s.out_w() + lanes - 1) / lanes * lanes + s.kw - 1), plane((s.h + 2 * s.padding) * row) {}
  Index row, plane;  // elements
};

template <class T>
void copy_to_planes(const Conv2dSizes& s, const Planes& planes, const T* x, T* to) {
  std::fill_n(to, s.c * planes.plane, T(0));
  for (Index c = 0; c < s.c; ++c)
    for (Index i = 0; i < s.h; ++i) {
      T* row = to + c * planes.plane + (i + s.padding) * planes.row + s.padding;
      if (s.c == 1)
        std::copy_n(x + i * s.w, s.w, row);
      else
        for (Index j = 0; j < s.w; ++j) row[j] = x[(i * s.w + j) * s.c + c];
    }
}

// to (count, step), of which `channels` are written = every other lane of from (channels, lanes)
template <int lanes, int channels, class From, class To>
void store_windows(const From (&from)[channels][lanes], Index count, Index step, To* to) {
  for (Index l = 0; l < count; ++l)
    for (int k = 0; k < channels; ++k) to[l * step + k] = static_cast<To>(from[k][2 * l]);
}

// The windows that `lanes` neighbouring pixels of two rows hold, for a block of channels.
template <int lanes, int channels, class T>
struct Windows {
  using V = typename Vector<T, lanes>::type;
  using P = typename Vector<Position<T>, lanes>::type;

  V top[channels] = {}, bottom[channels] = {};

  void add(const Conv2dSizes& s, const Planes& planes, const T* x, const T* weight) {
    for (Index u = 0; u < s.kh; ++u)
      for (Index v = 0; v < s.kw; ++v)
        for (Index c = 0; c < s.c; ++c, weight += channels) {
          const T* from = x + c * planes.plane + u * planes.row + v;
          V above, below;
          load(above, from);
          load(below, from + planes.row);
          for (int k = 0; k < channels; ++k) {
            top[k] += above * weight[k];
            bottom[k] += below * weight[k];
          }
        }
  }

  // The maximum of each window, in its first lane. Bias and ReLU keep the order, so they come after it.
  V largest(int k, const T* bias, bool relu) const {
    V value = larger(top[k], bottom[k]);
    value = larger(value, odd_lanes(value, std::make_index_sequence<lanes>()));
    if (bias) value += bias[k];
    return relu ? (value < V{} ? V{} : value) : value;
  }

  // Where it is in the output before pooling, the first of equal ones, row by row, if the vectors start at
  // this pixel.
  P position(int k, Index row, Index column, Index channel, const Conv2dSizes& s) const {
    const P down = P{} + static_cast<Position<T>>(s.out_w() * s.o),
            right = P{} + static_cast<Position<T>>(s.o);
    const V value = larger(top[k], bottom[k]);
    const P at = is_larger(bottom[k], top[k]) ? down : P{};
    const V next_value = odd_lanes(value, std::make_index_sequence<lanes>());
    const P next = odd_lanes(at, std::make_index_sequence<lanes>());
    const auto take = is_larger(next_value, value) | ((next_value == value) & (next < at));
    P start;
    for (int l = 0; l < lanes; ++l)
      start[l] = static_cast<Position<T>>((row * s.out_w() + column + l) * s.o + channel);
    return start + (take ? next + right : at);
  }
};

}  // namespace

template <class T>
bool narrow_can(const Conv2dSizes& s, Index window) {
  return s.stride == 1 && window == 2 && s.o <= most_channels && s.c <= s.o && s.out_w() >= half_lanes<T>;
}

template <class T>
NarrowConv2d<T>::NarrowConv2d(const Conv2dSizes& sizes, const T* weight)
    : sizes_(sizes), packed_(sizes.o * sizes.c * sizes.kh * sizes.kw) {
  const Index positions = sizes.kh * sizes.kw;
  T* packed = packed_.data();
  for (Index first = 0; first < sizes.o; first += block_channels)
    for (Index position = 0; position < positions; ++position)
      for (Index c = 0; c < sizes.c; ++c)
        for (Index o = first; o < std::min(sizes.o, first + block_channels); ++o)
          *packed++ = weight[(o * sizes.c + c) * positions + position];
}

template <class T>
Index NarrowConv2d<T>::scratch_size() const {
  return sizes_.c * Planes(sizes_, native_lanes<T>).plane;
}

template <class T>
void NarrowConv2d<T>::operator()(const T* x, const Epilogue<T>& epilogue, T* scratch, T* y,
                                 std::int32_t* positions) const {
  const Conv2dSizes& s = sizes_;
  const Planes planes(s, native_lanes<T>);
  copy_to_planes(s, planes, x, scratch);
  const Index out_h = s.out_h() / 2, out_w = s.out_w() / 2, taps = s.c * s.kh * s.kw;
  const auto pool = [&](auto lanes, auto channels, Index i, Index j, Index first) {
    Windows<lanes, channels, T> windows;
    windows.add(s, planes, scratch + 2 * i * planes.row + 2 * j, packed_.data() + first * taps);
    const Index count = std::min<Index>(lanes / 2, out_w - j), to = (i * out_w + j) * s.o + first;
    T largest[channels][lanes];
    for (int k = 0; k < channels; ++k)
      store(windows.largest(k, epilogue.bias ? epilogue.bias + first : nullptr, epilogue.relu), largest[k]);
    store_windows<lanes, channels>(largest, count, s.o, y + to);
    if (positions == nullptr) return;
    Position<T> at[channels][lanes];
    for (int k = 0; k < channels; ++k) store(windows.position(k, 2 * i, 2 * j, first + k, s), at[k]);
    store_windows<lanes, channels>(at, count, s.o, positions + to);
  };
  using Whole = std::integral_constant<int, native_lanes<T>>;
  using Half = std::integral_constant<int, half_lanes<T>>;
  for (Index first = 0; first < s.o; first += block_channels)
    with_constant<block_channels>(static_cast<int>(std::min<Index>(block_channels, s.o - first)),
                                  [&](auto channels) {
                                    for (Index i = 0; i < out_h; ++i)
                                      for (Index j = 0; j < out_w; j += native_lanes<T> / 2)
                                        if (2 * (out_w - j) > half_lanes<T>)
                                          pool(Whole(), channels, i, j, first);
                                        else
                                          pool(Half(), channels, i, j, first);
                                  });
}

template bool narrow_can<float>(const Conv2dSizes&, Index);
template bool narrow_can<double>(const Conv2dSizes&, Index);
template class NarrowConv2d<float>;
template class NarrowConv2d<double>;

}  // namespace voronet::kernels
