#include <voronet/core/kernels/pooling.h>

namespace voronet::kernels {

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

template void avg_pool2d(const Pool2dSizes&, const float*, float*);
template void avg_pool2d(const Pool2dSizes&, const double*, double*);
template void avg_pool2d_input_gradient(const Pool2dSizes&, const float*, float*);
template void avg_pool2d_input_gradient(const Pool2dSizes&, const double*, double*);

}  // namespace voronet::kernels
