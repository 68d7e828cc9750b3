// Checks that several operators make.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

// Throws Error, which begins with the operator's name, unless both tensors are defined and of one dtype.
inline void require_same_dtype(const char* name, const Tensor& a, const Tensor& b) {
  require(a.defined() && b.defined(), name, ": undefined tensor");
  require(a.dtype() == b.dtype(), name, ": dtypes ", a.dtype(), " and ", b.dtype(), " differ");
}

}  // namespace voronet
