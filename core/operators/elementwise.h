// What an elementwise operator is made of, the library's or a program's own (see README.md).
#pragma once

#include <voronet/core/autograd.h>
#include <voronet/core/kernels/elementwise.h>
#include <voronet/core/operators/check.h>

namespace voronet {

// f(v) of each element, which is a float or a double; not recorded. Errors begin with the operator's name.
template <class F>
Tensor apply(const char* name, const Tensor& x, const F& f) {
  require(x.defined(), name, ": undefined tensor");
  return filled(x.shape(), x.dtype(), [&]<class T>(T* out) {
    kernels::map(x.size(), x.data<T>(), out, [&](T v) { return f(v); });
  });
}

// f(v, w) of the elements of two tensors of one dtype, broadcast; not recorded.
template <class F>
Tensor combine(const char* name, const Tensor& a, const Tensor& b, const F& f) {
  require_same_dtype(name, a, b);
  const Shape shape = broadcast(a.shape(), b.shape(), name);
  return filled(shape, a.dtype(), [&]<class T>(T* out) {
    kernels::broadcast_map(shape, a.data<T>(), a.shape(), b.data<T>(), b.shape(), out,
                           [&](T v, T w) { return f(v, w); });
  });
}

}  // namespace voronet
