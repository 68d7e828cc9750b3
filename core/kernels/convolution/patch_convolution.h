// Convolution of windows cut from many images: small maps, n of them, with zeros around.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/convolution_sizes.h>

namespace voronet::kernels {

// Windows x (n, h, w, c) -> y (n, out_h, out_w, o), dense: output (i, j) has its first tap at row
// i stride - top and column j stride - left of x.
struct PatchSizes {
  Index n, h, w;
  Index top, left;
  Index out_h, out_w;
};

// A weight made ready for windows of any size.
template <class T>
class PatchConv2d {
 public:
  // Weight (o, c, kh, kw) of a convolution whose maps, uncut, have these sizes; sizes.n is not read.
  PatchConv2d(const Conv2dSizes& sizes, const T* weight);

  // Whether Winograd's algorithm takes these windows: it wants large ones, and as many zeros on all sides.
  bool takes_tiles(const PatchSizes& windows) const;
  // Whether it may take any.
  bool has_tiles() const { return winograd_; }
  // y = x * weight. A window's result has the same bits whatever n is, and for any number of threads.
  void operator()(const PatchSizes& windows, const T* x, T* y) const;

 private:
  Conv2dSizes sizes_;
  bool winograd_;
  Buffer<T> packed_, transformed_;  // for register blocks and, where it can be, for tiles
};

}  // namespace voronet::kernels
