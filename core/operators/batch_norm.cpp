#include <voronet/core/autograd.h>
#include <voronet/core/kernels/batch_norm.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/batch_norm.h>
#include <voronet/core/operators/check.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/spread_batch.h>

#include <numeric>

namespace voronet {
namespace {

kernels::ChannelRows sizes_of(const Tensor& x) {
  const Index channels = x.dim(-1);
  return {.rows = channels == 0 ? 0 : x.size() / channels, .channels = channels};
}

// What the gradients need, apart from the output.
struct Kept {
  Saved x, weight, mean, inverse_deviation;  // the last two are constants
  bool training, relu, has_residual;
  double epsilon, values;  // values that each channel has
  SumOverProcesses sum;
};

// Gradients in the order of batch_norm's inputs.
enum : std::size_t { of_x, of_weight, of_bias, of_residual };

// The kernels' two passes: gradients that cannot be differentiated again.
Tensors fused_gradients(const Kept& kept, const Step& step) {
  const Tensor &input = step.saved(kept.x), &mean = step.saved(kept.mean), &gradient = step.gradient(),
               &inverse_deviation = step.saved(kept.inverse_deviation),
               output = kept.relu ? step.output() : Tensor();
  const kernels::ChannelRows sizes = sizes_of(input);
  const auto like = [&](const Tensor& t) { return Tensor(t.shape(), t.dtype()); };
  const Tensor bias_gradient = like(mean), products = like(mean), dx = like(input);
  const bool masks = kept.relu && kept.has_residual;
  const Tensor residual_gradient = masks ? like(input) : gradient;
  const Tensor scale = step.saved(kept.weight).detach() * inverse_deviation;
  visit(input.dtype(), [&]<class T>(T) {
    const T *g = gradient.data<T>(), *y = kept.relu ? output.data<T>() : nullptr, *x = input.data<T>();
    kernels::batch_norm_sums(sizes, g, y, x, mean.data<T>(), bias_gradient.mutable_data<T>(),
                             products.mutable_data<T>());
    // As x moves, its mean and deviation move with it; constants do not.
    Tensor a = zeros(mean.shape(), mean.dtype()), b = a;
    if (kept.training) {
      const Tensors whole = batch_sums({bias_gradient, products}, kept.sum);
      a = 1 / kept.values * whole[0];
      b = 1 / kept.values * whole[1] * square(inverse_deviation);
    }
    kernels::batch_norm_input_gradient(sizes, g, y, x, mean.data<T>(), scale.data<T>(), a.data<T>(),
                                       b.data<T>(), dx.mutable_data<T>(),
                                       masks ? residual_gradient.mutable_data<T>() : nullptr);
  });
  return {dx, products * inverse_deviation, bias_gradient, residual_gradient};
}

// By operators.
Tensors composed_gradients(const Kept& kept, const Step& step) {
  const Tensor &x = step.saved(kept.x), &gradient = step.gradient();
  std::vector<int> rows(x.rank() - 1);  // all axes but the last
  std::iota(rows.begin(), rows.end(), 0);
  const Tensor g =
      kept.relu ? where(step.output().detach(), gradient, scalar(0, gradient.dtype())) : gradient;
  const auto batch_mean = [&](const Tensor& values) {
    return batch_sum(sum(values, rows), kept.sum) / kept.values;
  };
  const Tensor centred = x - (kept.training ? batch_mean(x) : step.saved(kept.mean));
  const Tensor inverse = kept.training ? 1 / sqrt(batch_mean(square(centred)) + kept.epsilon)
                                       : step.saved(kept.inverse_deviation);
  const Tensor normalised = centred * inverse;
  const Tensor bias_gradient = sum(g, rows), weight_gradient = sum(g * normalised, rows);
  Tensor dx = g;
  if (kept.training)
    dx = g - 1 / kept.values * batch_sum(bias_gradient, kept.sum) -
         normalised * (1 / kept.values * batch_sum(weight_gradient, kept.sum));
  return {dx * (step.saved(kept.weight) * inverse), weight_gradient, bias_gradient, g};
}

void check(const Tensor& x, const ChannelStatistics& statistics, const Tensor& weight, const Tensor& bias,
           const BatchNormOptions& options) {
  require(x.defined() && x.rank() >= 2,
          "batch_norm: the input needs at least two dimensions, the last for channels");
  for (const Tensor& each : {statistics.mean, statistics.variance, weight, bias}) {
    require_same_dtype("batch_norm", x, each);
    require(each.shape() == Shape{x.dim(-1)}, "batch_norm: input ", x.shape(), " has ", x.dim(-1),
            " channels, but statistics, weight or bias are ", each.shape());
  }
  require(!options.training || statistics.values > 0, "batch_norm: training needs a batch's own statistics");
  require(options.epsilon > 0, "batch_norm: epsilon ", options.epsilon, " is not positive");
  if (!options.residual.defined()) return;
  require_same_dtype("batch_norm", x, options.residual);
  require(options.residual.shape() == x.shape(), "batch_norm: residual ", options.residual.shape(),
          " is not of the input's shape ", x.shape());
}

// From this part's statistics those of all parts together: first their mean, then the deviations from it.
ChannelStatistics whole_batch(const ChannelStatistics& part) {
  const NoGrad scope;
  const Tensors sums = batch_sums({scalar(part.values, Dtype::f64), part.values * part.mean});
  const double values = sums[0].item();
  if (values == part.values) return part;
  const Tensor mean = sums[1] / values;
  const Tensor squares = part.values * (part.variance + square(part.mean - mean));
  return {mean, batch_sums({squares})[0] / values, values};
}

}  // namespace

ChannelStatistics channel_statistics(const Tensor& x) {
  require(x.defined() && x.rank() >= 2 && x.size() > 0,
          "channel_statistics: needs at least two dimensions, the last for channels, and values");
  const Shape shape{x.dim(-1)};
  const kernels::ChannelRows sizes = sizes_of(x);
  const ChannelStatistics part{Tensor(shape, x.dtype()), Tensor(shape, x.dtype()),
                               static_cast<double>(sizes.rows)};
  visit(x.dtype(), [&]<class T>(T) {
    kernels::channel_statistics(sizes, x.data<T>(), part.mean.mutable_data<T>(),
                                part.variance.mutable_data<T>());
  });
  return whole_batch(part);
}

Tensor batch_norm(const Tensor& x, const ChannelStatistics& statistics, const Tensor& weight,
                  const Tensor& bias, const BatchNormOptions& options) {
  check(x, statistics, weight, bias, options);
  const Tensor& residual = options.residual;
  const Tensor mean = statistics.mean.detach();
  const Tensor inverse_deviation = 1 / sqrt(statistics.variance.detach() + options.epsilon);
  const Tensor scale = weight.detach() * inverse_deviation;
  const Tensor y = filled(x.shape(), x.dtype(), [&]<class T>(T* to) {
    kernels::batch_norm(sizes_of(x), x.data<T>(), mean.data<T>(), scale.data<T>(), bias.data<T>(),
                        residual.defined() ? residual.data<T>() : nullptr, options.relu, to);
  });

  const Kept kept{Saved(x),          Saved(weight), Saved(mean),        Saved(inverse_deviation),
                  options.training,  options.relu,  residual.tracked(), options.epsilon,
                  statistics.values, present_sum()};
  // All gradients come out of the same passes, so they are made together.
  const auto gradients = [kept](const Step& s) {
    return autograd::recording() ? composed_gradients(kept, s) : fused_gradients(kept, s);
  };
  const auto rule = [&](std::size_t of) -> Rule {
    return [=](const Step& s) { return s.shared(gradients)[of]; };
  };
  return record(
      "batch_norm", y,
      {{x, rule(of_x)}, {weight, rule(of_weight)}, {bias, rule(of_bias)}, {residual, rule(of_residual)}},
      options.relu ? Keep::output : Keep::nothing);
}

}  // namespace voronet
