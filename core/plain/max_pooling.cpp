#include <voronet/core/kernels/pooling.h>

namespace voronet::kernels {

template <class T>
void max_pool2d(const Pool2dSizes& s, const T* x, T* y, std::int32_t* positions) {
  const Index in_size = s.h * s.w * s.c, out_size = s.out_h() * s.out_w() * s.c;
  for_each_window(s, [=](Index n, Index pixel, Index window) {
    for (Index c = 0; c < s.c; ++c) {
      const Index found = window + c + find_largest(s, x + n * in_size + window + c),
                  to = n * out_size + pixel * s.c + c;
      y[to] = x[n * in_size + found];
      if (positions != nullptr) positions[to] = static_cast<std::int32_t>(found);
    }
  });
}

template void max_pool2d(const Pool2dSizes&, const float*, float*, std::int32_t*);
template void max_pool2d(const Pool2dSizes&, const double*, double*, std::int32_t*);

}  // namespace voronet::kernels
