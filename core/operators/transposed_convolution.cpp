#include <voronet/core/operators/convolution.h>
#include <voronet/core/operators/transposed_convolution.h>

namespace voronet {

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
