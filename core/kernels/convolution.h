// Two-dimensional convolution and its two adjoints. Images are n x h x w x c, weights out x in x kh x kw; all
// arrays are dense. Each function picks the fastest kernel for the shape (convolution.cpp); reference:: holds
// the plain loops that they are tested against. Every result has the same bits for any number of threads.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/convolution/convolution_choice.h>
#include <voronet/core/kernels/convolution_sizes.h>
#include <voronet/core/kernels/epilogue.h>

namespace voronet::kernels {

// A weight made ready for many convolutions.
template <class T>
class PackedConv2d {
 public:
  // Weight (o, c, kh, kw); sizes.n is the number of images to be expected, on which the choice of the kernel
  // depends.
  PackedConv2d(const Conv2dSizes& sizes, const T* weight);
  // y (n, out_h, out_w, o) = epilogue(x (n, h, w, c) * weight); overwrites y, which may be the residual.
  void operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y) const;
  // The same for an epilogue whose bias may be read in whole vectors (padded_bias.h).
  void run(Index n, const T* x, const Epilogue<T>& padded, T* y) const;

 private:
  Conv2dSizes sizes_;
  ConvolutionKernel kernel_;
  Buffer<T> packed_;
};

// Each overwrites its last argument.
template <class T>
void conv2d(const Conv2dSizes& sizes, const T* x, const T* weight, const Epilogue<T>& epilogue, T* y);
template <class T>
void conv2d_input_gradient(const Conv2dSizes& sizes, const T* y, const T* weight, T* x);
template <class T>
void conv2d_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);

namespace reference {
template <class T>
void conv2d(const Conv2dSizes& sizes, const T* x, const T* weight, T* y);
template <class T>
void conv2d_input_gradient(const Conv2dSizes& sizes, const T* y, const T* weight, T* x);
template <class T>
void conv2d_weight_gradient(const Conv2dSizes& sizes, const T* x, const T* y, T* weight);
}  // namespace reference

}  // namespace voronet::kernels
