// Weights made ready once for many uses, with bias, residual and ReLU in the same pass: what plans and fused
// operators run. Unless said otherwise, the same bits whatever n is, and for any number of threads.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/convolution.h>

namespace voronet::kernels {

// What is done to outputs before they are written, in this order: + bias, + residual, ReLU, or nothing.
template <class T>
struct Epilogue {
  const T* bias = nullptr;      // (channels)
  const T* residual = nullptr;  // of the output's shape and layout; it may be what is overwritten
  bool relu = false;

  // For the part of the output that starts at this channel, and this many elements from its start.
  Epilogue at(Index channel, Index element) const {
    return {bias == nullptr ? nullptr : bias + channel, residual == nullptr ? nullptr : residual + element,
            relu};
  }
  // Of one value.
  T operator()(T value, Index channel, Index element) const {
    if (bias != nullptr) value += bias[channel];
    if (residual != nullptr) value += residual[element];
    return relu ? (value < 0 ? T(0) : value) : value;  // as it is written, a NaN stays
  }
};

// A convolution.
template <class T>
class PackedConv2d {
 public:
  // Weight (o, c, kh, kw); sizes.n images are expected: the kernel, and so the last bits, depend on it.
  PackedConv2d(const Conv2dSizes& sizes, const T* weight);
  // y (n, out_h, out_w, o) = epilogue(x (n, h, w, c) * weight); overwrites y.
  void operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y) const;

 private:
  Conv2dSizes sizes_;
  Buffer<T> packed_;
};

// Windows x (n, h, w, c) cut from many images -> y (n, out_h, out_w, o), dense: output (i, j) has its first
// tap at row i stride - top and column j stride - left of x, which is 0 outside.
struct PatchSizes {
  Index n, h, w;
  Index top, left;
  Index out_h, out_w;
};

// A convolution of windows of any size.
template <class T>
class PatchConv2d {
 public:
  // Weight (o, c, kh, kw) of a convolution whose maps, uncut, have these sizes; sizes.n is not read.
  PatchConv2d(const Conv2dSizes& sizes, const T* weight);

  // Whether it takes these windows in tiles, for which it wants large ones, and as many zeros on all sides.
  bool takes_tiles(const PatchSizes& windows) const;
  // Whether it may take any so.
  bool has_tiles() const { return has_tiles_; }
  // y = x * weight.
  void operator()(const PatchSizes& windows, const T* x, T* y) const;

 private:
  Conv2dSizes sizes_;
  bool has_tiles_;
  Buffer<T> packed_, transformed_;  // for rows of pixels and, where it can be, for tiles
};

// Which inputs of a fully connected layer are there, the others being 0: `runs` runs of `run` neighbours from
// `first` on, each `next` after the one before. Of an image (h, w, c), that is a window.
struct InputPart {
  Index first, runs, run, next;
};

// A fully connected layer.
template <class T>
class PackedLinear {
 public:
  // Weight (out, in).
  PackedLinear(Index in, Index out, const T* weight);
  // y (n, out) = epilogue(x (n, in) times the transposed weight); overwrites y.
  void operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y) const {
    run({.first = 0, .runs = 1, .run = in_, .next = 0}, n, x, epilogue, y);
  }
  // The same for x (n, part.runs * part.run), which holds a part of the inputs.
  void run(const InputPart& part, Index n, const T* x, const Epilogue<T>& epilogue, T* y) const;

 private:
  Index in_, out_;
  Buffer<T> packed_;
};

}  // namespace voronet::kernels
