// What an elementwise operator is made of, the library's or a program's own (see README.md).
#pragma once

#include <voronet/core/autograd.h>
#include <voronet/core/kernels/broadcast.h>
#include <voronet/core/operators/check.h>

namespace voronet {

// f(v) of each element, which is a float or a double; not recorded. Errors begin with the operator's name.
template <class F>
Tensor apply(const char* name, const Tensor& x, const F& f) {
  require(x.defined(), name, ": undefined tensor");
  Tensor out(x.shape(), x.dtype());
  visit(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::map(x.size(), x.data<T>(), out.mutable_data<T>(), [&](T v) { return f(v); });
  });
  return out;
}

// f(v, w) of the elements of two tensors of one dtype, broadcast; not recorded.
template <class F>
Tensor combine(const char* name, const Tensor& a, const Tensor& b, const F& f) {
  require_same_dtype(name, a, b);
  Tensor out(broadcast(a.shape(), b.shape(), name), a.dtype());
  visit(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::broadcast_map(out.shape(), a.data<T>(), a.shape(), b.data<T>(), b.shape(), out.mutable_data<T>(),
                           [&](T v, T w) { return f(v, w); });
  });
  return out;
}

}  // namespace voronet
