// Batch normalisation (Ioffe, Szegedy, "Batch Normalization", ICML 2015), fused with what usually follows it:
// adding a shortcut, and ReLU. Channels are the last dimension.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

// Of each channel of a batch (..., c), over all other dimensions: (c) each.
struct ChannelStatistics {
  Tensor mean, variance;  // variance: the mean squared deviation
  double values = 0;      // that each channel has
};

// Of the whole batch, also where it is spread over processes (see core/spread_batch.h). Constants: batch_norm
// knows how they depend on x. Accurate also where the mean is large. Throws Error for no values.
ChannelStatistics channel_statistics(const Tensor& x);

struct BatchNormOptions {
  // Training: the statistics are channel_statistics(x), and gradients account for it, through all parts of a
  // batch that is spread over processes. Otherwise they are constants.
  bool training = false;
  double epsilon = 1e-5;  // > 0, keeps a channel without variance finite
  bool relu = false;      // max(result, 0)
  Tensor residual = {};   // of x's shape, added before ReLU; none if undefined
};

// x (..., c), weight and bias (c) -> (x - mean) / sqrt(variance + epsilon) weight + bias, + residual, ReLU;
// one pass over memory. Gradients take two passes, or with create_graph are composed of operators. Keeps x,
// and with ReLU its own output. Throws Error when shapes or dtypes do not fit.
Tensor batch_norm(const Tensor& x, const ChannelStatistics& statistics, const Tensor& weight,
                  const Tensor& bias, const BatchNormOptions& options = {});

}  // namespace voronet
