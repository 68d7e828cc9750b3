#include <voronet/core/autograd.h>
#include <voronet/layers/initialize.h>

#include <cmath>

namespace voronet {

Tensor fan_in_uniform(Shape shape, Index fan_in, Random& random) {
  require(fan_in >= 1, "a layer with ", fan_in, " inputs is not possible, at least 1 is needed");
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return variable(uniform(shape, -bound, bound, random));
}

}  // namespace voronet
