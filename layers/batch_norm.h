// BatchNorm: batch normalisation of features or images (Ioffe, Szegedy, "Batch Normalization", ICML 2015).
#pragma once

#include <voronet/core/operators/batch_norm.h>
#include <voronet/layers/module.h>

namespace voronet {

struct BatchNormLayerOptions {
  double epsilon = 1e-5;  // added to the variance, > 0
  double momentum = 0.1;  // what a batch adds to the running statistics, in [0, 1]
  bool relu = false;      // ReLU of the result, in the same pass over memory
};

// (n, channels) or (n, h, w, channels), or any other rank but 0 and 1 -> the same shape: each channel has its
// mean taken away, is divided by its standard deviation, then multiplied by weight and moved by bias. In
// training mean and variance are the batch's (all parts' of one that is spread over processes: synchronised
// batch-norm), and the running ones follow: running = (1 - momentum) running + momentum batch's, the variance
// as the unbiased estimate (one less than the channel's values in the denominator). In evaluation they are
// the running ones. State as that of PyTorch's BatchNorm1d and BatchNorm2d: weight, bias, running_mean,
// running_var (channels); weight and running_var start at 1, the others at 0. num_batches_tracked, which
// PyTorch does not use at a fixed momentum, is ignored in files and not written.
class BatchNorm : public Module {
 public:
  // Throws Error on options out of range.
  explicit BatchNorm(Index channels, BatchNormLayerOptions options = {});
  void describe(State& state) override;

  using Module::operator();
  // The same of x, plus a residual of its shape, which is added before ReLU.
  Tensor operator()(const Tensor& x, const Tensor& residual);

  PlanValue plan(PlanBuilder& builder, PlanValue x) override;
  PlanValue plan(PlanBuilder& builder, PlanValue x, PlanValue residual);  // with that residual

  Tensor weight, bias, running_mean, running_var;

 protected:
  // Throws Error on another number of channels, and in training on a single value a channel.
  Tensor forward(const Tensor& x) override;

 private:
  Tensor normalise(const Tensor& x, const Tensor& residual);
  ChannelStatistics follow_batch(const Tensor& x);
  PlanValue normalised(PlanBuilder& builder, PlanValue x) const;

  BatchNormLayerOptions options_;
};

}  // namespace voronet
