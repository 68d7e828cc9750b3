// A convolution whose output only its pooling reads: an image at a time, so that the dense output never
// leaves the cache.
#pragma once

#include <voronet/core/kernels/convolution.h>
#include <voronet/core/kernels/convolution/few_channels_convolution.h>
#include <voronet/core/kernels/pooling.h>

#include <optional>

namespace voronet::kernels {

// A weight made ready for many convolutions.
template <class T>
class PooledConv2d {
 public:
  // Weight (o, c, kh, kw). Windows of this side lie side by side; sizes.n is not read.
  PooledConv2d(const Conv2dSizes& sizes, Index window, const T* weight);
  // y (n, out_h / window, out_w / window, o) = the maxima of epilogue(x * weight), which has no residual.
  // positions, unless null, gets where each was found before pooling (see max_pool2d in pooling.h; among
  // values that ReLU makes equal it may be any).
  void operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y, std::int32_t* positions) const;

 private:
  Conv2dSizes sizes_;  // of one image
  Pool2dSizes pool_;
  std::optional<FewChannelsConv2d<T>> few_channels_;
  std::optional<PackedConv2d<T>> general_;
};

}  // namespace voronet::kernels
