#include <voronet/layers/pooling.h>

namespace voronet {

Tensor MaxPool2d::forward(const Tensor& x) { return max_pool2d(x, options_); }

Tensor AvgPool2d::forward(const Tensor& x) { return avg_pool2d(x, options_); }

}  // namespace voronet
