// Elementwise loops: out[i] = f(x[i], ...). Arrays hold n elements and do not overlap.
#pragma once

#include <voronet/core/parallel.h>

namespace voronet::kernels {

inline constexpr Index elements_a_piece = 1 << 15;  // below this, starting threads costs more than it saves

template <class T, class F>
void map(Index n, const T* x, T* out, const F& f) {
  parallel_for(n, elements_a_piece, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] = f(x[i]);
  });
}

}  // namespace voronet::kernels
