// All three directions of a convolution on maps so tiny that a row of pixels does not fill a register block.
// Seen as one row, an image goes through a convolution as through a dense layer; so here the rows of a block
// are the same pixel of neighbouring images, and a tap outside the map is left out, not multiplied by zeros.
#pragma once

#include <voronet/core/kernels/convolution/direct_convolution.h>
#include <voronet/core/kernels/convolution_sizes.h>

namespace voronet::kernels {

// As convolve (direct_convolution.h), over the same packed weight; so it serves both the convolution and its
// input gradient.
template <class T>
void pixel_major_convolve(const DirectConvolution& conv, const T* x, const T* packed,
                          const Epilogue<T>& epilogue, T* out);

// As conv2d_weight_gradient (convolution.h). Keeps a reordered copy of x and of y meanwhile.
template <class T>
void pixel_major_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);

}  // namespace voronet::kernels
