// 3x3 convolution with stride 1 by Winograd's algorithm F(4x4, 3x3): Lavin and Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2015 (arXiv 1509.09308).
//
// The output is cut into tiles of 4x4 pixels. With the matrices A, B, G of the paper, a tile of one output
// channel is A'[sum over c of (G w G') * (B' x B)]A, where x is the 6x6 tile of input that it depends on and
// * is element by element: 36 products where the plain sum has 144. For each of the 36 elements, the sums
// over c for all tiles and output channels are one matrix product. In float32 the transforms cost about one
// decimal digit of accuracy. A NaN or infinity spreads to the whole tile that it belongs to.
#pragma once

#include <voronet/core/kernels/fast/direct_convolution.h>

namespace voronet::kernels {

// Whether the sizes are those of a 3x3 convolution with stride 1.
bool winograd_can(const Conv2dSizes& sizes);

// Elements of the transformed weight, G w G' for each pair of channels, in the order that the products want.
template <class T>
Index winograd_packed_size(Index c, Index o);
template <class T>
void winograd_pack(Index c, Index o, const WeightView<T>& weight, T* packed);

// y = epilogue(x * weight), with shapes as in convolution.h.
template <class T>
void winograd_convolve(const Conv2dSizes& sizes, const T* x, const T* packed, const Epilogue<T>& epilogue,
                       T* y);

// As conv2d_weight_gradient (convolution.h): each of the above linear maps transposed, in reverse order.
template <class T>
void winograd_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);

}  // namespace voronet::kernels
