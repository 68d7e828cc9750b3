#include <voronet/core/autograd.h>
#include <voronet/core/kernels/pooled_convolution.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/check.h>
#include <voronet/core/operators/convolution.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/operators/reductions.h>

#include <algorithm>
#include <limits>

namespace voronet {

using kernels::Conv2dSizes;

Conv2dSizes conv2d_sizes(const char* name, const Shape& x, const Shape& weight, Conv2dOptions options) {
  require(x.rank() == 4 && weight.rank() == 4, name, ": input ", x, " and weight ", weight,
          " must have four dimensions (input is n x h x w x c, weight out x in x kh x kw)");
  require(options.stride >= 1 && options.padding >= 0, name, ": stride ", options.stride, " and padding ",
          options.padding, " must be at least 1 and 0");
  require(x[3] == weight[1], name, ": input ", x, " has ", x[3], " channels but weight ", weight, " expects ",
          weight[1], " (input is n x h x w x c, weight out x in x kh x kw)");
  const Conv2dSizes sizes{x[0],      x[1],      x[2],           x[3],           weight[0],
                          weight[2], weight[3], options.stride, options.padding};
  require(sizes.kh >= 1 && sizes.kw >= 1, name, ": weight ", weight, " has an empty kernel");
  const auto padded = [&](Index side) {
    Index both = 0;
    require(!__builtin_mul_overflow(options.padding, 2, &both) && !__builtin_add_overflow(side, both, &both),
            name, ": padding ", options.padding, " is too large");
    return both;
  };
  require(sizes.kh <= padded(sizes.h) && sizes.kw <= padded(sizes.w), name, ": the kernel of weight ", weight,
          " is larger than input ", x, " with padding ", options.padding);
  return sizes;
}

namespace {

Shape output_shape(const Conv2dSizes& s) { return {s.n, s.out_h(), s.out_w(), s.o}; }

void check_output(const char* name, const Tensor& y, const Conv2dSizes& sizes) {
  require(y.shape() == output_shape(sizes), name, ": gradient ", y.shape(), " is not of the output's shape ",
          output_shape(sizes));
}

// These two are without their own gradients.
Tensor pooled_weight_gradient(const Tensor& x, const Tensor& y, const Positions& positions,
                              const Conv2dSizes& sizes) {
  return filled({sizes.o, sizes.c, sizes.kh, sizes.kw}, x.dtype(), [&]<class T>(T* weight) {
    kernels::pooled_weight_gradient(sizes, y.dim(1) * y.dim(2), x.data<T>(), y.data<T>(),
                                    positions.values.get(), weight);
  });
}

// output, unless undefined, is behind ReLU.
Tensor pooled_input_gradient(const Tensor& y, const Tensor& output, const Positions& positions,
                             const Tensor& weight, const Conv2dSizes& sizes) {
  return filled({sizes.n, sizes.h, sizes.w, sizes.c}, y.dtype(), [&]<class T>(T* x) {
    kernels::pooled_input_gradient(sizes, y.dim(1) * y.dim(2), y.data<T>(),
                                   output.defined() ? output.data<T>() : nullptr, positions.values.get(),
                                   weight.data<T>(), x);
  });
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, Conv2dOptions options) {
  const Conv2dSizes sizes = conv2d_sizes("conv2d", x.shape(), weight.shape(), options);
  require_same_dtype("conv2d", x, weight);
  const Tensor y = filled(output_shape(sizes), x.dtype(),
                          [&]<class T>(T* to) { kernels::conv2d(sizes, x.data<T>(), weight.data<T>(), to); });
  return record("conv2d", y,
                {{x,
                  [=, weight = Saved(weight), shape = x.shape()](const Step& step) {
                    return conv2d_input_gradient(step.gradient(), step.saved(weight), options, shape);
                  }},
                 {weight, [=, x = Saved(x), shape = weight.shape()](const Step& step) {
                    return conv2d_weight_gradient(step.saved(x), step.gradient(), options, shape);
                  }}});
}

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
  const bool pools = tail.max_pool > 1;
  require(!pools || dense.without(0).size() <= std::numeric_limits<std::int32_t>::max(), "conv2d: output ",
          dense, " is too large to be pooled (2^31 elements an image)");
  const kernels::Buffer<std::int32_t> found(pools ? shape.size() : 0);
  const Tensor y = filled(shape, x.dtype(), [&]<class T>(T* to) {
    const kernels::Epilogue<T> epilogue{.bias = bias.defined() ? bias.data<T>() : nullptr, .relu = tail.relu};
    if (pools)
      kernels::PooledConv2d<T>(sizes, tail.max_pool, weight.data<T>())(sizes.n, x.data<T>(), epilogue, to,
                                                                       found.data());
    else
      kernels::PackedConv2d<T>(sizes, weight.data<T>())(sizes.n, x.data<T>(), epilogue, to);
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

Tensor conv2d_input_gradient(const Tensor& y, const Tensor& weight, Conv2dOptions options,
                             const Shape& shape) {
  const Conv2dSizes sizes = conv2d_sizes("conv2d_input_gradient", shape, weight.shape(), options);
  check_output("conv2d_input_gradient", y, sizes);
  require_same_dtype("conv2d_input_gradient", y, weight);
  const Tensor x = filled(shape, y.dtype(), [&]<class T>(T* to) {
    kernels::conv2d_input_gradient(sizes, y.data<T>(), weight.data<T>(), to);
  });
  return record("conv2d_input_gradient", x,
                {{y, [=, weight = Saved(weight)](
                         const Step& step) { return conv2d(step.gradient(), step.saved(weight), options); }},
                 {weight, [=, y = Saved(y), shape = weight.shape()](const Step& step) {
                    return conv2d_weight_gradient(step.gradient(), step.saved(y), options, shape);
                  }}});
}

Tensor conv2d_weight_gradient(const Tensor& x, const Tensor& y, Conv2dOptions options, const Shape& shape) {
  const Conv2dSizes sizes = conv2d_sizes("conv2d_weight_gradient", x.shape(), shape, options);
  check_output("conv2d_weight_gradient", y, sizes);
  require_same_dtype("conv2d_weight_gradient", x, y);
  const Tensor weight = filled(shape, x.dtype(), [&]<class T>(T* to) {
    kernels::conv2d_weight_gradient(sizes, x.data<T>(), y.data<T>(), to);
  });
  return record(
      "conv2d_weight_gradient", weight,
      {{x,
        [=, y = Saved(y), shape = x.shape()](const Step& step) {
          return conv2d_input_gradient(step.saved(y), step.gradient(), options, shape);
        }},
       {y, [=, x = Saved(x)](const Step& step) { return conv2d(step.saved(x), step.gradient(), options); }}});
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, ConvTranspose2dOptions options) {
  require(x.rank() == 4 && weight.rank() == 4 && x.dim(3) == weight.dim(0), "conv_transpose2d: input ",
          x.shape(), " (n x h x w x c) and weight ", weight.shape(), " (in x out x kh x kw) do not fit");
  require(options.stride >= 1 && options.padding >= 0 && options.output_padding >= 0 &&
              options.output_padding < options.stride,
          "conv_transpose2d: stride ", options.stride, ", padding ", options.padding, " and output padding ",
          options.output_padding, " must be at least 1, at least 0, and 0 to less than the stride");
  const auto side = [&](int axis) {
    Index spread = 0, both = 0, size = 0;
    require(x.dim(axis) >= 1 && !__builtin_mul_overflow(x.dim(axis) - 1, options.stride, &spread) &&
                !__builtin_mul_overflow(options.padding, 2, &both) &&
                !__builtin_add_overflow(spread - both, weight.dim(axis + 1), &size) &&
                !__builtin_add_overflow(size, options.output_padding, &size) && size >= 1,
            "conv_transpose2d: input ", x.shape(), " and weight ", weight.shape(), " with stride ",
            options.stride, " and padding ", options.padding, " have no result");
    return size;
  };
  return conv2d_input_gradient(x, weight, {options.stride, options.padding},
                               {x.dim(0), side(1), side(2), weight.dim(1)});
}

}  // namespace voronet
