#include <voronet/core/kernels/explain.h>
#include <voronet/core/kernels/padded_image.h>
#include <voronet/core/kernels/pooled_convolution.h>
#include <voronet/core/kernels/pooling.h>
#include <voronet/core/parallel.h>

namespace voronet::kernels {

template <class T>
void conv2d(const Conv2dSizes& s, const T* x, const T* weight, T* y) {
  reference::conv2d(s, x, weight, y);
}
template <class T>
void conv2d_input_gradient(const Conv2dSizes& s, const T* y, const T* weight, T* x) {
  reference::conv2d_input_gradient(s, y, weight, x);
}
template <class T>
void conv2d_weight_gradient(const Conv2dSizes& s, const T* x, const T* y, T* weight) {
  reference::conv2d_weight_gradient(s, x, y, weight);
}

namespace {

template <class T>
Buffer<T> copy_of(const Conv2dSizes& s, const T* weight) {
  const Index size = s.o * s.c * s.kh * s.kw;
  Buffer<T> copy(size);
  std::copy_n(weight, size, copy.data());
  return copy;
}

// The gradient of the output before pooling that goes with one behind it.
template <class T>
Buffer<T> dense_gradient(const Conv2dSizes& s, Index pooled, const T* y, const T* output,
                         const std::int32_t* positions) {
  const Index size = s.out_h() * s.out_w() * s.o;
  Buffer<T> dense(s.n * size);
  std::fill_n(dense.data(), s.n * size, T(0));
  for (Index i = 0; i < s.n * pooled * s.o; ++i)
    if (output == nullptr || output[i] != 0) dense[i / (pooled * s.o) * size + positions[i]] += y[i];
  return dense;
}

}  // namespace

template <class T>
PackedConv2d<T>::PackedConv2d(const Conv2dSizes& sizes, const T* weight)
    : sizes_(sizes), packed_(copy_of(sizes, weight)) {}

template <class T>
void PackedConv2d<T>::operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y) const {
  const Index size = n * sizes_.out_h() * sizes_.out_w() * sizes_.o;
  const Buffer<T> product(size);  // y may be the residual
  reference::conv2d(sizes_.of_images(n), x, packed_.data(), product.data());
  for (Index i = 0; i < size; ++i) y[i] = epilogue(product[i], i % sizes_.o, i);
}

template <class T>
PatchConv2d<T>::PatchConv2d(const Conv2dSizes& sizes, const T* weight)
    : sizes_(sizes), has_tiles_(false), packed_(copy_of(sizes, weight)), transformed_(0) {}

template <class T>
bool PatchConv2d<T>::takes_tiles(const PatchSizes&) const {
  return has_tiles_;
}

// On windows with zeros around them.
template <class T>
void PatchConv2d<T>::operator()(const PatchSizes& windows, const T* x, T* y) const {
  if (windows.out_h == 0 || windows.out_w == 0) return;
  Conv2dSizes s = sizes_.of_images(windows.n);
  s.h = (windows.out_h - 1) * s.stride + s.kh;
  s.w = (windows.out_w - 1) * s.stride + s.kw;
  s.padding = 0;
  const Index window = windows.h * windows.w * s.c, size = s.h * s.w * s.c;
  const Buffer<T> padded(s.n * size);
  for (Index n = 0; n < s.n; ++n)
    copy_padded(x + n * window, windows.h, windows.w, s.c, {-windows.top, -windows.left, s.h, s.w},
                padded.data() + n * size);
  reference::conv2d(s, padded.data(), packed_.data(), y);
}

template <class T>
bool pools_at_once(const Conv2dSizes&, Index) {
  return false;
}

template <class T>
PooledConv2d<T>::PooledConv2d(const Conv2dSizes& sizes, Index window, const T* weight)
    : sizes_(sizes), window_(window), general_(PackedConv2d<T>(sizes, weight)) {}

template <class T>
void PooledConv2d<T>::operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y,
                                 std::int32_t* positions) const {
  const Pool2dSizes pool{
      .n = n, .h = sizes_.out_h(), .w = sizes_.out_w(), .c = sizes_.o, .size = window_, .stride = window_};
  const Buffer<T> dense(n * pool.h * pool.w * pool.c);
  (*general_)(n, x, epilogue, dense.data());
  max_pool2d(pool, dense.data(), y, positions);
}

template <class T>
void pooled_input_gradient(const Conv2dSizes& s, Index pooled, const T* y, const T* output,
                           const std::int32_t* positions, const T* weight, T* x) {
  reference::conv2d_input_gradient(s, dense_gradient(s, pooled, y, output, positions).data(), weight, x);
}

template <class T>
void pooled_weight_gradient(const Conv2dSizes& s, Index pooled, const T* x, const T* y,
                            const std::int32_t* positions, T* weight) {
  const Buffer<T> dense = dense_gradient<T>(s, pooled, y, nullptr, positions);
  reference::conv2d_weight_gradient(s, x, dense.data(), weight);
}

#define INSTANTIATE(T)                                                                                    \
  template void conv2d(const Conv2dSizes&, const T*, const T*, T*);                                       \
  template void conv2d_input_gradient(const Conv2dSizes&, const T*, const T*, T*);                        \
  template void conv2d_weight_gradient(const Conv2dSizes&, const T*, const T*, T*);                       \
  template class PackedConv2d<T>;                                                                         \
  template class PatchConv2d<T>;                                                                          \
  template class PooledConv2d<T>;                                                                         \
  template bool pools_at_once<T>(const Conv2dSizes&, Index);                                              \
  template void pooled_input_gradient(const Conv2dSizes&, Index, const T*, const T*, const std::int32_t*, \
                                      const T*, T*);                                                      \
  template void pooled_weight_gradient(const Conv2dSizes&, Index, const T*, const T*, const std::int32_t*, T*)
INSTANTIATE(float);
INSTANTIATE(double);

Explanation explain(Direction, const Conv2dSizes&) { return {"loops", "plain build"}; }

std::string width() { return "plain loops"; }

}  // namespace voronet::kernels
