#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

BatchNorm::BatchNorm(Index channels, BatchNormLayerOptions options)
    : weight(variable(ones({channels}))),
      bias(variable(zeros({channels}))),
      running_mean(zeros({channels})),
      running_var(ones({channels})),
      options_(options) {
  require(options.epsilon > 0, "BatchNorm: epsilon ", options.epsilon, " is not positive");
  require(options.momentum >= 0 && options.momentum <= 1, "BatchNorm: momentum ", options.momentum,
          " is not within [0, 1]");
}

void BatchNorm::describe(State& state) {
  state.parameter("weight", weight);
  state.parameter("bias", bias);
  state.buffer("running_mean", running_mean);
  state.buffer("running_var", running_var);
  state.ignore("num_batches_tracked");
  state.needs_whole_batch();
}

// The statistics of this batch, which the running ones follow.
ChannelStatistics BatchNorm::follow_batch(const Tensor& x) {
  const ChannelStatistics batch = channel_statistics(x);
  require(batch.values > 1, "BatchNorm: training needs more than one value a channel, but the input is ",
          x.shape(), " (n x ... x c); use a larger batch, or evaluation mode");
  const double unbiased = batch.values / (batch.values - 1);
  const double momentum = options_.momentum;
  running_mean.assign((1 - momentum) * running_mean + momentum * batch.mean);
  running_var.assign((1 - momentum) * running_var + momentum * unbiased * batch.variance);
  return batch;
}

Tensor BatchNorm::forward(const Tensor& x) { return normalise(x, {}); }

Tensor BatchNorm::operator()(const Tensor& x, const Tensor& residual) {
  return watched(x, normalise(x, residual));
}

Tensor BatchNorm::normalise(const Tensor& x, const Tensor& residual) {
  require(x.rank() >= 2 && x.dim(-1) == weight.dim(0), "BatchNorm: input ", x.shape(), " does not have ",
          weight.dim(0), " channels (n x ... x c)");
  const ChannelStatistics statistics =
      training() ? follow_batch(x) : ChannelStatistics{running_mean, running_var};
  return batch_norm(
      x, statistics, weight, bias,
      {.training = training(), .epsilon = options_.epsilon, .relu = options_.relu, .residual = residual});
}

PlanValue BatchNorm::normalised(PlanBuilder& builder, PlanValue x) const {
  // Five roundings in the scale (of epsilon, the sum, half of it left by the root; the root, the quotient)
  // here, and five elsewhere; product, difference and sum, and a product and a sum in the shift.
  constexpr Index roundings = 15;
  const Tensor scale = weight.detach() / sqrt(running_var + options_.epsilon);
  return builder.scale_shift(x, scale, bias.detach() - running_mean * scale,
                             abs(bias.detach()) + abs(running_mean * scale), roundings);
}

PlanValue BatchNorm::plan(PlanBuilder& builder, PlanValue x) {
  const PlanValue y = normalised(builder, x);
  return options_.relu ? builder.relu(y) : y;
}

PlanValue BatchNorm::plan(PlanBuilder& builder, PlanValue x, PlanValue residual) {
  const PlanValue y = builder.add(normalised(builder, x), residual);
  return options_.relu ? builder.relu(y) : y;
}

}  // namespace voronet
