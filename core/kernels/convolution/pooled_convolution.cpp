#include <voronet/core/kernels/convolution/channel_blocks.h>
#include <voronet/core/kernels/convolution/pooled_convolution.h>
#include <voronet/core/kernels/padded_bias.h>

namespace voronet::kernels {
namespace {

Conv2dSizes of_one_image(Conv2dSizes sizes) {
  sizes.n = 1;
  return sizes;
}

}  // namespace

template <class T>
PooledConv2d<T>::PooledConv2d(const Conv2dSizes& sizes, Index window, const T* weight)
    : sizes_(of_one_image(sizes)),
      pool_{.n = 1, .h = sizes.out_h(), .w = sizes.out_w(), .c = sizes.o, .size = window, .stride = window} {
  if (few_channels_can<T>(sizes_, window))
    few_channels_.emplace(sizes_, weight);
  else
    general_.emplace(sizes_, weight);
}

template <class T>
void PooledConv2d<T>::operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y,
                                 std::int32_t* positions) const {
  const Index in = sizes_.h * sizes_.w * sizes_.c, dense = pool_.h * pool_.w * pool_.c,
              out = pool_.out_h() * pool_.out_w() * pool_.c;
  const PaddedBias<T> padded(epilogue, sizes_.o);
  parallel_for(n, grain_for(dense * sizes_.kh * sizes_.kw * sizes_.c), [&](Index begin, Index end) {
    const Buffer<T> scratch(few_channels_ ? few_channels_->scratch_size() : dense);
    for (Index image = begin; image < end; ++image) {
      const T* from = x + image * in;
      T* to = y + image * out;
      std::int32_t* at = positions == nullptr ? nullptr : positions + image * out;
      if (few_channels_) {
        (*few_channels_)(from, epilogue, scratch.data(), to, at);
      } else {
        general_->run(1, from, padded.epilogue(), scratch.data());
        max_pool2d(pool_, scratch.data(), to, at);
      }
    }
  });
}

template class PooledConv2d<float>;
template class PooledConv2d<double>;

}  // namespace voronet::kernels
