#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/fast/vector.h>
#include <voronet/core/kernels/pooling.h>

#include <type_traits>

namespace voronet::kernels {
namespace {

// The channels that are pooled at once, of which doubles fill a vector, and the positions that go with them
// (as wide as the values, so that a comparison of values can select positions).
constexpr int lanes = half_lanes<float>;
template <class T>
using Values = typename Vector<T, lanes>::type;
template <class T>
using Found = typename Vector<std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>, lanes>::type;

// find_largest for several channels: values are the largest, found their positions from the window's first.
template <class T>
void find_largest(const Pool2dSizes& s, const T* window, Values<T>& values, Found<T>& found) {
  load(values, window);
  found = Found<T>{};
  for_each_pixel(s, [&](Index offset) {
    Values<T> v;
    load(v, window + offset);
    const auto take = is_larger(v, values);
    values = take ? v : values;
    found = take ? Found<T>{} + static_cast<std::int32_t>(offset) : found;
  });
}

// out[i] = the largest of x[i], x[i + step], ..., `count` of them, for i = 0..n-1. Whole vectors are read and
// written as long as they stay within `readable` elements of x and `writable` of out.
template <int lanes, class T>
void largest_of(Index n, Index count, Index step, const T* x, Index readable, T* out, Index writable) {
  using V = typename Vector<T, lanes>::type;
  for (Index i = 0; i < n; i += lanes) {
    const bool whole = i + (count - 1) * step + lanes <= readable;
    V values, next;
    load(values, x + i, whole ? lanes : n - i);
    for (Index k = 1; k < count; ++k) {
      load(next, x + k * step + i, whole ? lanes : n - i);
      values = larger(values, next);
    }
    store(values, out + i, i + lanes <= writable ? lanes : n - i);
  }
}

// Without positions: first down the columns, a whole row of the image at a time, then along the row.
template <class T>
void max_pool_rows(const Pool2dSizes& s, const T* x, T* y) {
  const Index row = s.w * s.c, out_row = s.out_w() * s.c, out_h = s.out_h();
  parallel_for(s.n, 1 + elements_a_piece / std::max<Index>(s.h * row, 1), [&](Index begin, Index end) {
    const Buffer<T> columns(row);
    for (Index n = begin; n < end; ++n)
      for (Index i = 0; i < out_h; ++i) {
        const T* rows = x + (n * s.h + i * s.stride) * row;
        T* out = y + (n * out_h + i) * out_row;
        largest_of<native_lanes<T>>(row, s.size, row, rows, s.size * row, columns.data(), row);
        for (Index j = 0; j < s.out_w(); ++j)
          largest_of<half_lanes<T>>(s.c, s.size, s.c, columns.data() + j * s.stride * s.c,
                                    row - j * s.stride * s.c, out + j * s.c, out_row - j * s.c);
      }
  });
}

}  // namespace

template <class T>
void max_pool2d(const Pool2dSizes& s, const T* x, T* y, std::int32_t* positions) {
  if (positions == nullptr) return max_pool_rows(s, x, y);
  const Index in_size = s.h * s.w * s.c, out_size = s.out_h() * s.out_w() * s.c;
  const Index window_size = ((s.size - 1) * s.w + s.size - 1) * s.c;  // from its first to its last pixel
  Found<T> channel;
  for (int l = 0; l < lanes; ++l) channel[l] = l;
  for_each_window(s, [=](Index n, Index pixel, Index window) {
    const T* image = x + n * in_size;
    T* largest = y + n * out_size;
    std::int32_t* at = positions + n * out_size;
    for (Index c = 0; c < s.c; c += lanes) {
      const Index from = window + c, to = pixel * s.c + c;
      // Vectors reach past a pixel's channels into pixels that are written later, but never out of the image.
      if (from + window_size + lanes <= in_size && to + lanes <= out_size) {
        Values<T> values;
        Found<T> found;
        find_largest(s, image + from, values, found);
        store(values, largest + to);
        found += channel + static_cast<std::int32_t>(from);
        store(__builtin_convertvector(found, typename Vector<std::int32_t, lanes>::type), at + to);
      } else {
        for (Index l = 0; l < std::min<Index>(lanes, s.c - c); ++l) {
          const Index found = from + l + find_largest(s, image + from + l);
          largest[to + l] = image[found];
          at[to + l] = static_cast<std::int32_t>(found);
        }
      }
    }
  });
}

template void max_pool2d(const Pool2dSizes&, const float*, float*, std::int32_t*);
template void max_pool2d(const Pool2dSizes&, const double*, double*, std::int32_t*);

}  // namespace voronet::kernels
