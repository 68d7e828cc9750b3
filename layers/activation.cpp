#include <voronet/core/operators/functions.h>
#include <voronet/layers/activation.h>

namespace voronet {

Tensor ReLU::forward(const Tensor& x) { return relu(x); }

}  // namespace voronet
