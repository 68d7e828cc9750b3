#include <voronet/core/kernels/convolution.h>

namespace voronet::kernels {

template <class T>
void conv2d(const Conv2dSizes& sizes, const T* x, const T* weight, T* y) {
  reference::conv2d(sizes, x, weight, y);
}

template <class T>
void conv2d_input_gradient(const Conv2dSizes& sizes, const T* y, const T* weight, T* x) {
  reference::conv2d_input_gradient(sizes, y, weight, x);
}

template <class T>
void conv2d_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight) {
  reference::conv2d_weight_gradient(sizes, x, y, weight);
}

template void conv2d(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_input_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_input_gradient(const Conv2dSizes&, const double*, const double*, double*);
template void conv2d_weight_gradient(const Conv2dSizes&, const float*, const float*, float*);
template void conv2d_weight_gradient(const Conv2dSizes&, const double*, const double*, double*);

}  // namespace voronet::kernels
