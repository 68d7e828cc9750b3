#include <voronet/core/kernels/pooling.h>
#include <voronet/core/parallel.h>

#include <algorithm>

namespace voronet::kernels {
namespace {

// Calls f(image, output pixel within the image, first element of its window within the image), in parallel
// over images.
template <class F>
void for_each_window(const Pool2dSizes& s, const F& f) {
  const Index out_h = s.out_h(), out_w = s.out_w();
  parallel_for(s.n, 1, [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n)
      for (Index i = 0; i < out_h; ++i)
        for (Index j = 0; j < out_w; ++j) f(n, i * out_w + j, (i * s.w + j) * s.stride * s.c);
  });
}

// Calls f(offset from the window's first element) for each pixel of a window, row by row.
template <class F>
void for_each_pixel(const Pool2dSizes& s, const F& f) {
  for (Index u = 0; u < s.size; ++u)
    for (Index v = 0; v < s.size; ++v) f((u * s.w + v) * s.c);
}

// Whether `value` replaces the largest so far: a NaN is larger than all numbers, and the first one stays.
template <class T>
bool larger(T value, T largest) {
  return !(value <= largest) & (largest == largest);
}

}  // namespace

template <class T>
void max_pool2d(const Pool2dSizes& s, const T* x, T* y, std::int32_t* positions) {
  const Index in_size = s.h * s.w * s.c, out_size = s.out_h() * s.out_w() * s.c;
  for_each_window(s, [=](Index n, Index pixel, Index window) {
    const T* image = x + n * in_size;
    T* largest = y + n * out_size + pixel * s.c;
    std::copy_n(image + window, s.c, largest);
    if (positions == nullptr) {
      for_each_pixel(s, [=](Index offset) {
        const T* values = image + window + offset;
        for (Index c = 0; c < s.c; ++c) largest[c] = larger(values[c], largest[c]) ? values[c] : largest[c];
      });
      return;
    }
    std::int32_t* found = positions + n * out_size + pixel * s.c;
    for (Index c = 0; c < s.c; ++c) found[c] = static_cast<std::int32_t>(window + c);
    for_each_pixel(s, [=](Index offset) {
      const T* values = image + window + offset;
      const auto first = static_cast<std::int32_t>(window + offset);
      for (std::int32_t c = 0; c < s.c; ++c) {
        const bool take = larger(values[c], largest[c]);
        largest[c] = take ? values[c] : largest[c];
        found[c] = take ? first + c : found[c];
      }
    });
  });
}

template <class T>
void avg_pool2d(const Pool2dSizes& s, const T* x, T* y) {
  const Index in_size = s.h * s.w * s.c, out_size = s.out_h() * s.out_w() * s.c;
  const T share = T(1) / static_cast<T>(s.size * s.size);
  for_each_window(s, [=](Index n, Index pixel, Index window) {
    T* mean = y + n * out_size + pixel * s.c;
    std::fill_n(mean, s.c, T(0));
    for_each_pixel(s, [=](Index offset) {
      const T* values = x + n * in_size + window + offset;
      for (Index c = 0; c < s.c; ++c) mean[c] += values[c] * share;
    });
  });
}

template <class T>
void avg_pool2d_input_gradient(const Pool2dSizes& s, const T* y, T* x) {
  const Index in_size = s.h * s.w * s.c, out_size = s.out_h() * s.out_w() * s.c;
  const T share = T(1) / static_cast<T>(s.size * s.size);
  std::fill_n(x, s.n * in_size, T(0));
  for_each_window(s, [=](Index n, Index pixel, Index window) {
    const T* values = y + n * out_size + pixel * s.c;
    for_each_pixel(s, [=](Index offset) {
      T* to = x + n * in_size + window + offset;
      for (Index c = 0; c < s.c; ++c) to[c] += values[c] * share;
    });
  });
}

template void max_pool2d(const Pool2dSizes&, const float*, float*, std::int32_t*);
template void max_pool2d(const Pool2dSizes&, const double*, double*, std::int32_t*);
template void avg_pool2d(const Pool2dSizes&, const float*, float*);
template void avg_pool2d(const Pool2dSizes&, const double*, double*);
template void avg_pool2d_input_gradient(const Pool2dSizes&, const float*, float*);
template void avg_pool2d_input_gradient(const Pool2dSizes&, const double*, double*);

}  // namespace voronet::kernels
