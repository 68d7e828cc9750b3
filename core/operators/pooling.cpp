#include <voronet/core/autograd.h>
#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/pooling.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/operators/pooling.h>

#include <limits>

namespace voronet {
namespace {

using kernels::Pool2dSizes;

Pool2dSizes sizes_of(const char* name, const Shape& x, Pool2dOptions options) {
  require(x.rank() == 4, name, ": input ", x, " must have four dimensions (n x h x w x c)");
  require(options.size >= 1 && options.stride >= 0, name, ": size ", options.size, " and stride ",
          options.stride, " must be at least 1 and 0");
  require(options.size <= x[1] && options.size <= x[2], name, ": a window of size ", options.size,
          " is larger than input ", x, " (n x h x w x c)");
  return {x[0], x[1], x[2], x[3], options.size, options.stride == 0 ? options.size : options.stride};
}

Shape output_shape(const Pool2dSizes& s) { return {s.n, s.out_h(), s.out_w(), s.c}; }

// y = the largest of each window; positions, unless null, gets where they were found.
Tensor largest(const Tensor& x, const Pool2dSizes& sizes, std::int32_t* positions) {
  return filled(output_shape(sizes), x.dtype(),
                [&]<class T>(T* y) { kernels::max_pool2d(sizes, x.data<T>(), y, positions); });
}

}  // namespace

Shape pool2d_shape(const char* name, const Shape& x, Pool2dOptions options) {
  return output_shape(sizes_of(name, x, options));
}

Tensor max_pool2d(const Tensor& x, Pool2dOptions options) {
  const Pool2dSizes sizes = sizes_of("max_pool2d", x.shape(), options);
  if (!x.tracked()) return largest(x, sizes, nullptr);
  require(x.shape().without(0).size() <= std::numeric_limits<std::int32_t>::max(), "max_pool2d: images of ",
          x.shape(), " are too large to be differentiated (2^31 elements each)");
  const Shape shape = output_shape(sizes);
  const kernels::Buffer<std::int32_t> found(shape.size());
  const Tensor y = largest(x, sizes, found.data());
  return record(
      "max_pool2d", y,
      {{x, [positions = Positions{sizes.n, shape.without(0).size(), found.share()}, shape = x.shape()](
               const Step& step) { return scatter_add(step.gradient(), positions, shape); }}});
}

Tensor avg_pool2d(const Tensor& x, Pool2dOptions options) {
  const Pool2dSizes sizes = sizes_of("avg_pool2d", x.shape(), options);
  const Tensor y = filled(output_shape(sizes), x.dtype(),
                          [&]<class T>(T* to) { kernels::avg_pool2d(sizes, x.data<T>(), to); });
  return record("avg_pool2d", y, {{x, [options, shape = x.shape()](const Step& step) {
                                     return avg_pool2d_input_gradient(step.gradient(), options, shape);
                                   }}});
}

Tensor avg_pool2d_input_gradient(const Tensor& y, Pool2dOptions options, const Shape& shape) {
  const Pool2dSizes sizes = sizes_of("avg_pool2d_input_gradient", shape, options);
  require(y.shape() == output_shape(sizes), "avg_pool2d_input_gradient: gradient ", y.shape(),
          " is not of the output's shape ", output_shape(sizes));
  const Tensor x = filled(
      shape, y.dtype(), [&]<class T>(T* to) { kernels::avg_pool2d_input_gradient(sizes, y.data<T>(), to); });
  return record("avg_pool2d_input_gradient", x,
                {{y, [options](const Step& step) { return avg_pool2d(step.gradient(), options); }}});
}

}  // namespace voronet
