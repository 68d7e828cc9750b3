#include <voronet/core/autograd.h>
#include <voronet/core/kernels/pooled_convolution.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/check.h>
#include <voronet/core/operators/fused.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/operators/reductions.h>

#include <algorithm>
#include <limits>

namespace voronet {
namespace {

using kernels::Conv2dSizes;

// These two are without their own gradients.
Tensor pooled_weight_gradient(const Tensor& x, const Tensor& y, const Positions& positions,
                              const Conv2dSizes& sizes) {
  const Tensor weight({sizes.o, sizes.c, sizes.kh, sizes.kw}, x.dtype());
  visit(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::pooled_weight_gradient(sizes, y.dim(1) * y.dim(2), x.data<T>(), y.data<T>(),
                                    positions.values.get(), weight.mutable_data<T>());
  });
  return weight;
}

// output, unless undefined, is behind ReLU.
Tensor pooled_input_gradient(const Tensor& y, const Tensor& output, const Positions& positions,
                             const Tensor& weight, const Conv2dSizes& sizes) {
  const Tensor x({sizes.n, sizes.h, sizes.w, sizes.c}, y.dtype());
  visit(y.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::pooled_input_gradient(sizes, y.dim(1) * y.dim(2), y.data<T>(),
                                   output.defined() ? output.data<T>() : nullptr, positions.values.get(),
                                   weight.data<T>(), x.mutable_data<T>());
  });
  return x;
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, Conv2dOptions options,
              Conv2dTail tail) {
  const Conv2dSizes sizes = conv2d_sizes("conv2d", x.shape(), weight.shape(), options);
  require_same_dtype("conv2d", x, weight);
  if (bias.defined()) {
    require_same_dtype("conv2d", x, bias);
    require(bias.shape() == Shape{sizes.o}, "conv2d: bias ", bias.shape(), " is not of the ", sizes.o,
            " output channels of weight ", weight.shape());
  }
  const Shape dense{sizes.n, sizes.out_h(), sizes.out_w(), sizes.o};
  require(tail.max_pool >= 1 && tail.max_pool <= std::min(dense[1], dense[2]), "conv2d: windows of side ",
          tail.max_pool, " do not fit into output ", dense);
  const Shape shape{dense[0], dense[1] / tail.max_pool, dense[2] / tail.max_pool, dense[3]};
  Tensor y(shape, x.dtype());
  const bool pools = tail.max_pool > 1;
  require(!pools || dense.without(0).size() <= std::numeric_limits<std::int32_t>::max(), "conv2d: output ",
          dense, " is too large to be pooled (2^31 elements an image)");
  const kernels::Buffer<std::int32_t> found(pools ? shape.size() : 0);
  visit(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const kernels::Epilogue<T> epilogue{.bias = bias.defined() ? bias.data<T>() : nullptr, .relu = tail.relu};
    if (pools)
      kernels::PooledConv2d<T>(sizes, tail.max_pool, weight.data<T>())(sizes.n, x.data<T>(), epilogue,
                                                                       y.mutable_data<T>(), found.data());
    else
      kernels::PackedConv2d<T>(sizes, weight.data<T>())(sizes.n, x.data<T>(), epilogue, y.mutable_data<T>());
  });

  // The pooled output's gradient, behind ReLU, and that of the convolution's own output, which without a
  // graph nobody needs: of it only the pixels that were found are not 0.
  const Positions positions{sizes.n, shape.without(0).size(), found.share()};
  const auto gradients = [=](const Step& step) {
    const Tensor zero = scalar(0, step.gradient().dtype());
    const Tensor pooled = tail.relu ? where(step.output().detach(), step.gradient(), zero) : step.gradient();
    if (!pools) return Tensors{pooled, pooled};
    return Tensors{pooled, autograd::recording() ? scatter_add(pooled, positions, dense) : Tensor()};
  };
  return record("conv2d_tail", y,
                {{x,
                  [=, weight = Saved(weight), shape = x.shape()](const Step& step) {
                    const Tensors& known = step.shared(gradients);
                    return pools && !autograd::recording()
                               ? pooled_input_gradient(known[0], tail.relu ? step.output() : Tensor(),
                                                       positions, step.saved(weight), sizes)
                               : conv2d_input_gradient(known[1], step.saved(weight), options, shape);
                  }},
                 {weight,
                  [=, x = Saved(x), shape = weight.shape()](const Step& step) {
                    const Tensors& known = step.shared(gradients);
                    return pools && !autograd::recording()
                               ? pooled_weight_gradient(step.saved(x), known[0], positions, sizes)
                               : conv2d_weight_gradient(step.saved(x), known[1], options, shape);
                  }},
                 {bias,
                  [=](const Step& step) {
                    return sum(step.shared(gradients)[0], {0, 1, 2});
                  }}},
                tail.relu ? Keep::output : Keep::nothing);
}

}  // namespace voronet
