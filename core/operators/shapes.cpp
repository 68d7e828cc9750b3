#include <voronet/core/autograd.h>
#include <voronet/core/kernels/reduce.h>
#include <voronet/core/kernels/transpose.h>
#include <voronet/core/operators/check.h>
#include <voronet/core/operators/shapes.h>

#include <algorithm>

namespace voronet {
namespace {

// Copies `length` of the lines along the axis from position `from` of x to position `to` of out.
void copy_lines(const Tensor& x, Index from, const Tensor& out, Index to, Index length, int axis) {
  const kernels::Split source(x.shape(), axis, axis), target(out.shape(), axis, axis);
  visit(x.dtype(), [&]<class T>(T) {
    const T* const values = x.data<T>();
    T* const copies = out.mutable_data<T>();
    for (Index o = 0; o < source.outer; ++o)
      std::copy_n(values + (o * source.middle + from) * source.inner, length * source.inner,
                  copies + (o * target.middle + to) * target.inner);
  });
}

}  // namespace

Tensor reshape(const Tensor& x, std::initializer_list<Index> sizes) {
  std::vector<Index> all(sizes);
  const auto unknown = std::find(all.begin(), all.end(), -1);
  if (unknown != all.end()) {
    require(std::find(unknown + 1, all.end(), -1) == all.end(), "reshape: only one size may be -1");
    *unknown = 1;
    const Index known = Shape(all.data(), all.data() + all.size()).size();
    require(known > 0 && x.size() % known == 0, "reshape: no size for -1 fits ", x.shape());
    *unknown = x.size() / known;
  }
  return reshape(x, Shape(all.data(), all.data() + all.size()));
}

Tensor reshape(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  require(x.size() == shape.size(), "reshape: ", x.shape(), " has ", x.size(), " elements, ", shape, " has ",
          shape.size());
  return record("reshape", x.storage_view(shape),
                {{x, [from = x.shape()](const Step& s) { return reshape(s.gradient(), from); }}});
}

Tensor transpose(const Tensor& x, const std::vector<int>& order) {
  require(static_cast<int>(order.size()) == x.rank(), "transpose: ", order.size(), " axes for ", x.shape());
  std::vector<int> inverse(order.size(), -1);
  Shape shape = x.shape();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto axis = static_cast<std::size_t>(x.shape().axis(order[i]));
    require(inverse[axis] == -1, "transpose: axis ", axis, " of ", x.shape(), " is named twice");
    inverse[axis] = static_cast<int>(i);
    shape = shape.with(static_cast<int>(i), x.dim(order[i]));
  }
  const Tensor out = filled(shape, x.dtype(),
                            [&]<class T>(T* to) { kernels::transpose(x.shape(), order, x.data<T>(), to); });
  return record("transpose", out,
                {{x, [inverse](const Step& s) { return transpose(s.gradient(), inverse); }}});
}

Tensor transpose(const Tensor& x) {
  require(x.rank() == 2, "transpose: ", x.shape(), " is not a matrix (say the order of the axes)");
  return transpose(x, {1, 0});
}

Tensor slice(const Tensor& x, int axis, Index begin, Index end) {
  axis = x.shape().axis(axis);
  const Index size = x.dim(axis);
  require(0 <= begin && begin <= end && end <= size, "slice: ", begin, " to ", end,
          " does not lie within axis ", axis, " of ", x.shape());
  const Shape shape = x.shape().with(axis, end - begin);
  Tensor out;
  if (axis == 0) {
    out = x.storage_view(shape, begin * x.shape().without(0).size());
  } else {
    out = Tensor(shape, x.dtype());
    copy_lines(x, begin, out, 0, end - begin, axis);
  }
  return record("slice", out,
                {{x, [=](const Step& s) { return pad(s.gradient(), axis, begin, size - end); }}});
}

Tensor pad(const Tensor& x, int axis, Index before, Index after) {
  axis = x.shape().axis(axis);
  require(before >= 0 && after >= 0, "pad: ", before, " before and ", after, " after must not be negative");
  const Index size = x.dim(axis);
  Index padded = 0;
  require(!__builtin_add_overflow(before, after, &padded) && !__builtin_add_overflow(padded, size, &padded),
          "pad: ", before, " before and ", after, " after are too many for ", x.shape());
  const Tensor out = zeros(x.shape().with(axis, padded), x.dtype());
  copy_lines(x, 0, out, before, size, axis);
  return record("pad", out,
                {{x, [=](const Step& s) { return slice(s.gradient(), axis, before, before + size); }}});
}

Tensor concat(const Tensors& parts, int axis) {
  require(!parts.empty() && parts[0].defined(), "concat: no tensors");
  const Shape& first = parts[0].shape();
  axis = first.axis(axis);
  Index length = 0;
  for (const Tensor& part : parts) {
    require_same_dtype("concat", parts[0], part);
    require(part.rank() == first.rank() && part.shape().with(axis, first[axis]) == first, "concat: ", first,
            " and ", part.shape(), " differ not only in axis ", axis);
    length += part.dim(axis);
  }
  const Tensor out(first.with(axis, length), parts[0].dtype());
  std::vector<Input> inputs;
  Index begin = 0;
  for (const Tensor& part : parts) {
    const Index end = begin + part.dim(axis);
    copy_lines(part, 0, out, begin, end - begin, axis);
    inputs.push_back({part, [=](const Step& s) { return slice(s.gradient(), axis, begin, end); }});
    begin = end;
  }
  return record("concat", out, inputs);
}

Tensor stack(const Tensors& parts, int axis) {
  require(!parts.empty() && parts[0].defined(), "stack: no tensors");
  const Shape& first = parts[0].shape();
  std::vector<Index> sizes(first.begin(), first.end());
  const int at = axis < 0 ? axis + first.rank() + 1 : axis;
  require(0 <= at && at <= first.rank(), "stack: tensors ", first, " have no place for axis ", axis);
  sizes.insert(sizes.begin() + at, 1);
  const Shape shape(sizes.data(), sizes.data() + sizes.size());
  Tensors layers;
  for (const Tensor& part : parts) {
    require(part.shape() == first, "stack: ", first, " and ", part.shape(), " differ");
    layers.push_back(reshape(part, shape));
  }
  return concat(layers, at);
}

}  // namespace voronet
