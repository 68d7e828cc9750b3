// softsign: x / (1 + |x|), elementwise.
#pragma once

#include <voronet/core/operators.h>

#include <cmath>

namespace voronet {

inline Tensor softsign(const Tensor& x) {
  return record("softsign", apply("softsign", x, [](auto v) { return v / (1 + std::abs(v)); }),
                {{x, [x = Saved(x)](const Step& s) { return s.gradient() / square(1 + abs(s.saved(x))); }}});
}

}  // namespace voronet
