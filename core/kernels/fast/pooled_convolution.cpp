#include <voronet/core/kernels/fast/few_channels_convolution.h>
#include <voronet/core/kernels/pooling.h>

namespace voronet::kernels {

template <class T>
PooledConv2d<T>::PooledConv2d(const Conv2dSizes& sizes, Index window, const T* weight)
    : sizes_(sizes.of_images(1)), window_(window) {
  if (pools_at_once<T>(sizes_, window))
    at_once_ = std::make_shared<const FewChannelsConv2d<T>>(sizes_, weight);
  else
    general_.emplace(sizes_, weight);
}

template <class T>
void PooledConv2d<T>::operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y,
                                 std::int32_t* positions) const {
  const Pool2dSizes pool{
      .n = 1, .h = sizes_.out_h(), .w = sizes_.out_w(), .c = sizes_.o, .size = window_, .stride = window_};
  const Index in = sizes_.h * sizes_.w * sizes_.c, dense = pool.h * pool.w * pool.c,
              out = pool.out_h() * pool.out_w() * pool.c;
  parallel_for(n, grain_for(dense * sizes_.kh * sizes_.kw * sizes_.c), [&](Index begin, Index end) {
    const Buffer<T> scratch(at_once_ ? at_once_->scratch_size() : dense);
    for (Index image = begin; image < end; ++image) {
      const T* from = x + image * in;
      T* to = y + image * out;
      std::int32_t* at = positions == nullptr ? nullptr : positions + image * out;
      if (at_once_) {
        (*at_once_)(from, epilogue, scratch.data(), to, at);
      } else {
        (*general_)(1, from, epilogue, scratch.data());
        max_pool2d(pool, scratch.data(), to, at);
      }
    }
  });
}

template class PooledConv2d<float>;
template class PooledConv2d<double>;

}  // namespace voronet::kernels
