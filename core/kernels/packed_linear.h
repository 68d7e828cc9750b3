// A fully connected layer: its weight packed once, bias and ReLU in the same pass.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/epilogue.h>

namespace voronet::kernels {

template <class T>
class PackedLinear {
 public:
  // Weight (out, in).
  PackedLinear(Index in, Index out, const T* weight);
  // y (n, out) = epilogue(x (n, in) times the transposed weight); overwrites y, which may be the residual.
  // Every row has the same bits whatever n is, and for any number of threads.
  void operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y) const;

 private:
  Index in_, out_;
  Buffer<T> packed_;  // (block of channels, in, channels of the block)
};

}  // namespace voronet::kernels
