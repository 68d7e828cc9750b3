#include <voronet/core/kernels/fast/few_channels_convolution.h>

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
      : row(divide_up(s.out_w(), lanes) * lanes + s.kw - 1), plane((s.h + 2 * s.padding) * row) {}
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

// What a block of channels sums up for `lanes` neighbouring pixels of two rows.
template <class T, int lanes, int channels>
struct Sums {
  T top[channels][lanes], bottom[channels][lanes];
};

// x points to the first tap of the upper row's first pixel, taps says where the others are from there. Not
// inlined, so that the loop gets all registers for itself.
template <int lanes, int channels, class T>
__attribute__((noinline)) void sum_rows(const T* x, Index row, const std::vector<Index>& taps,
                                        const T* weight, Sums<T, lanes, channels>& sums) {
  using V = typename Vector<T, lanes>::type;
  V top[channels] = {}, bottom[channels] = {};
  for (const Index tap : taps) {
    V above, below;
    load(above, x + tap);
    load(below, x + tap + row);
    for (int k = 0; k < channels; ++k) {
      top[k] += above * weight[k];
      bottom[k] += below * weight[k];
    }
    weight += channels;
  }
  for (int k = 0; k < channels; ++k) {
    store(top[k], sums.top[k]);
    store(bottom[k], sums.bottom[k]);
  }
}

// The windows of two rows of sums: each one's maximum is in the first of its two lanes.
template <int lanes, class T>
struct Windows {
  using V = typename Vector<T, lanes>::type;
  using P = typename Vector<Position<T>, lanes>::type;
  static constexpr auto numbers = std::make_index_sequence<lanes>();

  Windows(const T* upper, const T* lower) {
    load(top, upper);
    load(bottom, lower);
    left = larger(top, bottom);
    right = odd_lanes(left, numbers);
  }

  // Bias and ReLU keep the order, so they come after the maximum.
  V largest(T bias, bool relu) const {
    const V value = larger(left, right) + bias;
    return relu ? (value < V{} ? V{} : value) : value;
  }

  // Where it is, from the window's first element on: the first of equal ones, row by row.
  P position(Position<T> row_below, Position<T> pixel_right) const {
    const P at = is_larger(bottom, top) ? P{} + row_below : P{}, next = odd_lanes(at, numbers);
    const auto take = is_larger(right, left) | ((right == left) & (next < at));
    return take ? next + pixel_right : at;
  }

  V top, bottom, left, right;
};

}  // namespace

template <class T>
bool pools_at_once(const Conv2dSizes& s, Index window) {
  return s.stride == 1 && window == 2 && s.o <= most_channels && s.c <= s.o && s.out_w() >= half_lanes<T>;
}

template <class T>
FewChannelsConv2d<T>::FewChannelsConv2d(const Conv2dSizes& sizes, const T* weight)
    : sizes_(sizes), packed_(sizes.o * sizes.c * sizes.kh * sizes.kw) {
  const Planes planes(sizes, native_lanes<T>);
  for (Index u = 0; u < sizes.kh; ++u)
    for (Index v = 0; v < sizes.kw; ++v)
      for (Index c = 0; c < sizes.c; ++c) taps_.push_back(c * planes.plane + u * planes.row + v);
  const Index positions = sizes.kh * sizes.kw;
  T* packed = packed_.data();
  for (Index first = 0; first < sizes.o; first += block_channels)
    for (Index position = 0; position < positions; ++position)
      for (Index c = 0; c < sizes.c; ++c)
        for (Index o = first; o < std::min(sizes.o, first + block_channels); ++o)
          *packed++ = weight[(o * sizes.c + c) * positions + position];
}

template <class T>
Index FewChannelsConv2d<T>::scratch_size() const {
  return sizes_.c * Planes(sizes_, native_lanes<T>).plane;
}

template <class T>
void FewChannelsConv2d<T>::operator()(const T* x, const Epilogue<T>& epilogue, T* scratch, T* y,
                                      std::int32_t* positions) const {
  copy_to_planes(sizes_, Planes(sizes_, native_lanes<T>), x, scratch);
  const Index out_w = sizes_.out_w() / 2;
  for (Index first = 0; first < sizes_.o; first += block_channels)
    with_constant<block_channels>(
        static_cast<int>(std::min<Index>(block_channels, sizes_.o - first)), [&](auto channels) {
          for (Index i = 0; i < sizes_.out_h() / 2; ++i)
            for (Index j = 0; j < out_w; j += native_lanes<T> / 2)
              if (2 * (out_w - j) > half_lanes<T>)
                pool<native_lanes<T>, channels>(scratch, i, j, first, epilogue, y, positions);
              else
                pool<half_lanes<T>, channels>(scratch, i, j, first, epilogue, y, positions);
        });
}

template <class T>
template <int lanes, int channels>
void FewChannelsConv2d<T>::pool(const T* planes, Index i, Index j, Index first, const Epilogue<T>& epilogue,
                                T* y, std::int32_t* positions) const {
  const Conv2dSizes& s = sizes_;
  const Index row = Planes(s, native_lanes<T>).row, out_w = s.out_w() / 2;
  Sums<T, lanes, channels> sums;
  sum_rows(planes + 2 * i * row + 2 * j, row, taps_,
           packed_.data() + first * static_cast<Index>(taps_.size()), sums);
  T largest[channels][lanes];
  Position<T> at[channels][lanes];
  for (int k = 0; k < channels; ++k) {
    const Windows<lanes, T> windows(sums.top[k], sums.bottom[k]);
    store(windows.largest(epilogue.bias ? epilogue.bias[first + k] : T(0), epilogue.relu), largest[k]);
    if (positions == nullptr) continue;
    store(windows.position(static_cast<Position<T>>(s.out_w() * s.o), static_cast<Position<T>>(s.o)), at[k]);
  }
  const Index count = std::min<Index>(lanes / 2, out_w - j), to = (i * out_w + j) * s.o + first;
  for (Index window = 0; window < count; ++window)
    for (int k = 0; k < channels; ++k) y[to + window * s.o + k] = largest[k][2 * window];
  if (positions == nullptr) return;
  const Index start = (2 * i * s.out_w() + 2 * j) * s.o + first;
  for (Index window = 0; window < count; ++window)
    for (int k = 0; k < channels; ++k)
      positions[to + window * s.o + k] =
          static_cast<std::int32_t>(start + 2 * window * s.o + k + at[k][2 * window]);
}

template bool pools_at_once<float>(const Conv2dSizes&, Index);
template bool pools_at_once<double>(const Conv2dSizes&, Index);
template class FewChannelsConv2d<float>;
template class FewChannelsConv2d<double>;

}  // namespace voronet::kernels
