// In place of core/kernels/convolution_reference.cpp: the same sums in the same order, all output channels at
// a time, which fill a vector. The exact answer about a picture is made of these.
#include <voronet/core/error.h>
#include <voronet/core/kernels/convolution.h>

#include <algorithm>
#include <vector>

namespace voronet::kernels::reference {

template <class T>
void conv2d(const Conv2dSizes& sizes, const T* x, const T* weight, T* y) {
  const int h = sizes.h, w = sizes.w, c = sizes.c, o = sizes.o, kh = sizes.kh, kw = sizes.kw;
  std::vector<T> by_output(kh * kw * c * o);  // (kh, kw, c, o)
  for (int k = 0; k < o; ++k)
    for (int channel = 0; channel < c; ++channel)
      for (int u = 0; u < kh * kw; ++u)
        by_output[(u * c + channel) * o + k] = weight[(k * c + channel) * kh * kw + u];
  std::fill_n(y, sizes.n * sizes.out_h() * sizes.out_w() * o, T(0));
  for (int n = 0; n < sizes.n; ++n)
    for (int i = 0; i < sizes.out_h(); ++i)
      for (int j = 0; j < sizes.out_w(); ++j, y += o)
        for (int u = 0; u < kh; ++u)
          for (int v = 0; v < kw; ++v) {
            const int row = i * static_cast<int>(sizes.stride) + u - static_cast<int>(sizes.padding),
                      column = j * static_cast<int>(sizes.stride) + v - static_cast<int>(sizes.padding);
            if (row < 0 || row >= h || column < 0 || column >= w) continue;
            const T* const pixel = x + ((n * h + row) * w + column) * c;
            const T* __restrict of_channel = by_output.data() + (u * kw + v) * c * o;
            T* __restrict to = y;
            for (int channel = 0; channel < c; ++channel, of_channel += o)
              for (int k = 0; k < o; ++k) to[k] += pixel[channel] * of_channel[k];
          }
}

template void conv2d(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d(const Conv2dSizes&, const double*, const double*, double*);

// The page trains no convolution.
template <class T>
void conv2d_input_gradient(const Conv2dSizes&, const T*, const T*, T*) {
  throw Error("the page has no gradients of convolutions");
}
template <class T>
void conv2d_weight_gradient(const Conv2dSizes&, const T*, const T*, T*) {
  throw Error("the page has no gradients of convolutions");
}
template void conv2d_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_input_gradient(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels::reference
