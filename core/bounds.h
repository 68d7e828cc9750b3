// Bounds: values that a parameter must keep.
#pragma once

#include <cmath>
#include <limits>

namespace voronet {

struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  bool finite() const { return std::isfinite(low) || std::isfinite(high); }  // whether there are any
};

}  // namespace voronet
