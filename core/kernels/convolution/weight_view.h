// A convolution's weight as some kernel wants to see it: its dimensions in any order, its taps reversed.
#pragma once

#include <voronet/core/kernels/convolution_sizes.h>

namespace voronet::kernels {

// weight(u, v, c, o) is data[u * by_u + v * by_v + c * by_c + o * by_o]; steps may be negative.
template <class T>
struct WeightView {
  const T* data;
  Index by_u, by_v, by_c, by_o;

  T operator()(Index u, Index v, Index c, Index o) const {
    return data[u * by_u + v * by_v + c * by_c + o * by_o];
  }
};

// A weight (o, c, kh, kw) as it lies.
template <class T>
WeightView<T> view_of(const Conv2dSizes& s, const T* weight) {
  return {weight, s.kw, 1, s.kh * s.kw, s.c * s.kh * s.kw};
}

}  // namespace voronet::kernels
