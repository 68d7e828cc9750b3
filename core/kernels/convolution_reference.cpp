#include <voronet/core/kernels/convolution.h>

#include <algorithm>

namespace voronet::kernels::reference {
namespace {

// Calls f(position in x, in weight, in y) for every product that the convolution sums: y += x * weight.
template <class F>
void for_each_product(const Conv2dSizes& s, const F& f) {
  const Index out_h = s.out_h(), out_w = s.out_w();
  for (Index n = 0; n < s.n; ++n)
    for (Index i = 0; i < out_h; ++i)
      for (Index j = 0; j < out_w; ++j)
        for (Index o = 0; o < s.o; ++o)
          for (Index u = 0; u < s.kh; ++u)
            for (Index v = 0; v < s.kw; ++v) {
              const Index row = i * s.stride + u - s.padding, column = j * s.stride + v - s.padding;
              if (row < 0 || row >= s.h || column < 0 || column >= s.w) continue;
              for (Index c = 0; c < s.c; ++c)
                f(((n * s.h + row) * s.w + column) * s.c + c, ((o * s.c + c) * s.kh + u) * s.kw + v,
                  ((n * out_h + i) * out_w + j) * s.o + o);
            }
}

}  // namespace

template <class T>
void conv2d(const Conv2dSizes& s, const T* x, const T* weight, T* y) {
  std::fill_n(y, s.n * s.out_h() * s.out_w() * s.o, T(0));
  for_each_product(s,
                   [=](Index at_x, Index at_weight, Index at_y) { y[at_y] += x[at_x] * weight[at_weight]; });
}

template <class T>
void conv2d_input_gradient(const Conv2dSizes& s, const T* y, const T* weight, T* x) {
  std::fill_n(x, s.n * s.h * s.w * s.c, T(0));
  for_each_product(s,
                   [=](Index at_x, Index at_weight, Index at_y) { x[at_x] += y[at_y] * weight[at_weight]; });
}

template <class T>
void conv2d_weight_gradient(const Conv2dSizes& s, const T* x, const T* y, T* weight) {
  std::fill_n(weight, s.o * s.c * s.kh * s.kw, T(0));
  for_each_product(s,
                   [=](Index at_x, Index at_weight, Index at_y) { weight[at_weight] += x[at_x] * y[at_y]; });
}

template void conv2d(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_input_gradient(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels::reference
