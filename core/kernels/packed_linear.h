// A fully connected layer: its weight packed once, bias and ReLU in the same pass.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/epilogue.h>

namespace voronet::kernels {

// Which inputs are there, the others being 0: `runs` runs of `run` neighbours from `first` on, each `next`
// after the one before. Of an image (h, w, c), that is a window.
struct InputPart {
  Index first, runs, run, next;
};

template <class T>
class PackedLinear {
 public:
  // Weight (out, in).
  PackedLinear(Index in, Index out, const T* weight);
  // y (n, out) = epilogue(x (n, in) times the transposed weight); overwrites y, which may be the residual.
  // Every row has the same bits whatever n is, and for any number of threads.
  void operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y) const;
  // The same for x (n, part.runs * part.run), which holds a part of the inputs.
  void run(const InputPart& part, Index n, const T* x, const Epilogue<T>& epilogue, T* y) const;

 private:
  Index in_, out_;
  Buffer<T> packed_;  // (block of channels, in, channels of the block)
};

}  // namespace voronet::kernels
