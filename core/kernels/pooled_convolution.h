// A convolution whose output only its max-pooling reads, an image at a time, so that the dense output never
// leaves the cache; and its gradients: of each window only the pixel that was found has one, so only its
// products are computed, one in window x window of those that the dense gradient would take.
#pragma once

#include <voronet/core/kernels/packed.h>

#include <cstdint>
#include <optional>

namespace voronet::kernels {

// Whether a convolution of these sizes and the maxima over windows of this side are computed at once, without
// the output between them; else one may as well come after the other.
template <class T>
bool pools_at_once(const Conv2dSizes& sizes, Index window);

template <class T>
class FewChannelsConv2d;

// A weight made ready for many convolutions.
template <class T>
class PooledConv2d {
 public:
  // Weight (o, c, kh, kw). Windows of this side lie side by side; sizes.n is not read.
  PooledConv2d(const Conv2dSizes& sizes, Index window, const T* weight);
  // y (n, out_h / window, out_w / window, o) = the maxima of epilogue(x * weight), which has no residual.
  // positions, unless null, gets where each was found (see max_pool2d; any of those that ReLU makes equal).
  void operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y, std::int32_t* positions) const;

 private:
  Conv2dSizes sizes_;  // of one image
  Index window_;
  std::shared_ptr<const FewChannelsConv2d<T>> at_once_;
  std::optional<PackedConv2d<T>> general_;  // where there is no such
};

// The gradients in x (n, h, w, c) and weight (o, c, kh, kw) for y, the gradient of the pooled output, of
// which an image has `pooled` pixels: (n, pooled, o). positions, of y's shape, says where each was found.
// output, unless null, is the pooled output behind ReLU: where it is 0 there is no gradient, whatever y says,
// and no product is taken. Each overwrites its last argument; the same bits for any number of threads.
template <class T>
void pooled_input_gradient(const Conv2dSizes& sizes, Index pooled, const T* y, const T* output,
                           const std::int32_t* positions, const T* weight, T* x);
template <class T>
void pooled_weight_gradient(const Conv2dSizes& sizes, Index pooled, const T* x, const T* y,
                            const std::int32_t* positions, T* weight);

}  // namespace voronet::kernels
