#include <voronet/core/autograd.h>
#include <voronet/core/operators/check.h>
#include <voronet/core/operators/convolution.h>

namespace voronet {

using kernels::Conv2dSizes;

Conv2dSizes conv2d_sizes(const char* name, const Shape& x, const Shape& weight, Conv2dOptions options) {
  require(x.rank() == 4 && weight.rank() == 4, name, ": input ", x, " and weight ", weight,
          " must have four dimensions (input is n x h x w x c, weight out x in x kh x kw)");
  require(options.stride >= 1 && options.padding >= 0, name, ": stride ", options.stride, " and padding ",
          options.padding, " must be at least 1 and 0");
  require(x[3] == weight[1], name, ": input ", x, " has ", x[3], " channels but weight ", weight, " expects ",
          weight[1], " (input is n x h x w x c, weight out x in x kh x kw)");
  const Conv2dSizes sizes{.n = x[0],
                          .h = x[1],
                          .w = x[2],
                          .c = x[3],
                          .o = weight[0],
                          .kh = weight[2],
                          .kw = weight[3],
                          .stride = options.stride,
                          .padding = options.padding};
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

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, Conv2dOptions options) {
  const Conv2dSizes sizes = conv2d_sizes("conv2d", x.shape(), weight.shape(), options);
  require_same_dtype("conv2d", x, weight);
  Tensor y(output_shape(sizes), x.dtype());
  visit(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::conv2d(sizes, x.data<T>(), weight.data<T>(), y.mutable_data<T>());
  });
  return record("conv2d", y,
                {{x,
                  [=, weight = Saved(weight), shape = x.shape()](const Step& step) {
                    return conv2d_input_gradient(step.gradient(), step.saved(weight), options, shape);
                  }},
                 {weight, [=, x = Saved(x), shape = weight.shape()](const Step& step) {
                    return conv2d_weight_gradient(step.saved(x), step.gradient(), options, shape);
                  }}});
}

Tensor conv2d_input_gradient(const Tensor& y, const Tensor& weight, Conv2dOptions options,
                             const Shape& shape) {
  const Conv2dSizes sizes = conv2d_sizes("conv2d_input_gradient", shape, weight.shape(), options);
  check_output("conv2d_input_gradient", y, sizes);
  require_same_dtype("conv2d_input_gradient", y, weight);
  Tensor x(shape, y.dtype());
  visit(y.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::conv2d_input_gradient(sizes, y.data<T>(), weight.data<T>(), x.mutable_data<T>());
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
  Tensor weight(shape, x.dtype());
  visit(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::conv2d_weight_gradient(sizes, x.data<T>(), y.data<T>(), weight.mutable_data<T>());
  });
  return record(
      "conv2d_weight_gradient", weight,
      {{x,
        [=, y = Saved(y), shape = x.shape()](const Step& step) {
          return conv2d_input_gradient(step.saved(y), step.gradient(), options, shape);
        }},
       {y, [=, x = Saved(x)](const Step& step) { return conv2d(step.saved(x), step.gradient(), options); }}});
}

}  // namespace voronet
