#include <voronet/core/kernels/adaptive_pooling.h>
#include <voronet/core/kernels/elementwise.h>

#include <algorithm>

namespace voronet::kernels {
namespace {

struct Range {
  Index begin, end;
};

// Input positions that output position i of `out` is the mean of.
Range window(Index i, Index in, Index out) { return {i * in / out, ((i + 1) * in + out - 1) / out}; }

// Calls f(output pixel, input pixel, 1 / pixels of the window) for every pixel of every window, in parallel
// over images.
template <class F>
void for_each_pixel(const AdaptivePool2dSizes& s, const F& f) {
  parallel_for(s.n, 1 + elements_a_piece / std::max<Index>(s.h * s.w * s.c, 1), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n)
      for (Index i = 0; i < s.out_h; ++i)
        for (Index j = 0; j < s.out_w; ++j) {
          const Range rows = window(i, s.h, s.out_h), columns = window(j, s.w, s.out_w);
          const Index pixels = (rows.end - rows.begin) * (columns.end - columns.begin);
          for (Index u = rows.begin; u < rows.end; ++u)
            for (Index v = columns.begin; v < columns.end; ++v)
              f((n * s.out_h + i) * s.out_w + j, (n * s.h + u) * s.w + v, 1 / static_cast<double>(pixels));
        }
  });
}

}  // namespace

template <class T>
void adaptive_avg_pool2d(const AdaptivePool2dSizes& s, const T* x, T* y) {
  std::fill_n(y, s.n * s.out_h * s.out_w * s.c, T(0));
  for_each_pixel(s, [=](Index to, Index from, double share) {
    for (Index c = 0; c < s.c; ++c) y[to * s.c + c] += x[from * s.c + c] * static_cast<T>(share);
  });
}

template <class T>
void adaptive_avg_pool2d_input_gradient(const AdaptivePool2dSizes& s, const T* y, T* x) {
  std::fill_n(x, s.n * s.h * s.w * s.c, T(0));
  for_each_pixel(s, [=](Index from, Index to, double share) {
    for (Index c = 0; c < s.c; ++c) x[to * s.c + c] += y[from * s.c + c] * static_cast<T>(share);
  });
}

template void adaptive_avg_pool2d(const AdaptivePool2dSizes&, const float*, float*);
template void adaptive_avg_pool2d(const AdaptivePool2dSizes&, const double*, double*);
template void adaptive_avg_pool2d_input_gradient(const AdaptivePool2dSizes&, const float*, float*);
template void adaptive_avg_pool2d_input_gradient(const AdaptivePool2dSizes&, const double*, double*);

}  // namespace voronet::kernels
