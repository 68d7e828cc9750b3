// Convolution with few output channels and stride 1, followed by the maxima of 2x2 windows: LeNet's first
// layer. Vectors run over the pixels of a row, so that no lanes are empty, and maxima are taken in registers.
#pragma once

#include <voronet/core/kernels/fast/register_block.h>
#include <voronet/core/kernels/pooled_convolution.h>

#include <vector>

namespace voronet::kernels {

// For sizes that pools_at_once (pooled_convolution.h) takes.
template <class T>
class FewChannelsConv2d {
 public:
  // Weight (o, c, kh, kw).
  FewChannelsConv2d(const Conv2dSizes& sizes, const T* weight);

  // Elements of scratch memory that one call needs.
  Index scratch_size() const;
  // One image x (h, w, c): y (out_h / 2, out_w / 2, o) = the maxima of epilogue(x * weight), which has no
  // residual. positions, unless null, gets where each was found before pooling, as max_pool2d says.
  void operator()(const T* x, const Epilogue<T>& epilogue, T* scratch, T* y, std::int32_t* positions) const;

 private:
  // The windows of pooled row i from column j on, as many as `lanes` pixels hold, for a block of channels.
  template <int lanes, int channels>
  void pool(const T* planes, Index i, Index j, Index first, const Epilogue<T>& epilogue, T* y,
            std::int32_t* positions) const;

  Conv2dSizes sizes_;
  std::vector<Index> taps_;  // where they lie in the padded planes, from the first, in the order of packed_
  Buffer<T> packed_;         // (block of output channels, kh, kw, c, channels of the block)
};

}  // namespace voronet::kernels
