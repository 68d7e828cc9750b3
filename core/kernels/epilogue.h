// What is done to a convolution's output before it is written: nothing, or + bias, + residual, ReLU, in this
// order. It saves the passes over memory that each would be by itself.
#pragma once

#include <voronet/core/kernels/vector.h>

namespace voronet::kernels {

template <class T>
struct Epilogue {
  const T* bias = nullptr;      // (channels); inside kernels readable in whole vectors (padded_bias.h)
  const T* residual = nullptr;  // of the output's shape and layout
  bool relu = false;

  // For the part of the output that starts at this channel, and this many elements from its start.
  Epilogue at(Index channel, Index element) const {
    return {bias == nullptr ? nullptr : bias + channel, residual == nullptr ? nullptr : residual + element,
            relu};
  }

  // A vector of output values, of which the first `count` exist.
  template <class V>
  V apply(V value, Index channel, Index element, Index count) const {
    V other;
    if (bias != nullptr) {
      load(other, bias + channel);
      value += other;
    }
    if (residual != nullptr) {
      load(other, residual + element, count);
      value += other;
    }
    return relu ? (value < V{} ? V{} : value) : value;  // as it is written, a NaN stays
  }
};

}  // namespace voronet::kernels
