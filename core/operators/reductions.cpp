#include <voronet/core/autograd.h>
#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/elementwise.h>
#include <voronet/core/kernels/reduce.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace voronet {
namespace {

using kernels::Split;

// Sums over dimensions first..last, which stay with size 1.
Tensor sum_run(const Tensor& x, int first, int last) {
  Shape shape = x.shape();
  for (int d = first; d <= last; ++d) shape = shape.with(d, 1);
  const Split s(x.shape(), first, last);
  return filled(shape, x.dtype(),
                [&]<class T>(T* out) { kernels::sum_middle(s.outer, s.middle, s.inner, x.data<T>(), out); });
}

// The axes as sorted positions without repetition.
std::vector<int> sorted_axes(const Shape& shape, const std::vector<int>& axes) {
  std::vector<int> sorted;
  for (const int axis : axes) sorted.push_back(shape.axis(axis));
  std::sort(sorted.begin(), sorted.end());
  require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "sum: an axis of ", shape,
          " is named twice");
  return sorted;
}

Shape without_axes(Shape shape, const std::vector<int>& sorted) {
  for (auto axis = sorted.rbegin(); axis != sorted.rend(); ++axis) shape = shape.without(*axis);
  return shape;
}

std::vector<int> all_axes(const Tensor& x) {
  std::vector<int> axes(static_cast<std::size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

double count(const Tensor& x, const std::vector<int>& axes) {
  Index values = 1;
  for (const int axis : axes) values *= x.dim(axis);
  return static_cast<double>(values);
}

}  // namespace

Tensor sum(const Tensor& x) { return sum(x, all_axes(x)); }

Tensor sum(const Tensor& x, const std::vector<int>& axes, Dims dims) {
  const std::vector<int> sorted = sorted_axes(x.shape(), axes);
  Tensor total = x.detach();
  for (std::size_t i = sorted.size(); i > 0;) {  // runs of neighbouring axes, last first
    const std::size_t end = i--;
    while (i > 0 && sorted[i - 1] == sorted[i] - 1) --i;
    total = sum_run(total, sorted[i], sorted[end - 1]);
  }
  const Shape kept = total.shape();
  if (dims == Dims::drop) total = total.storage_view(without_axes(kept, sorted));
  if (sorted.empty()) total = total.clone();
  return record("sum", total, {{x, [kept, shape = x.shape()](const Step& s) {
                                  return broadcast_to(reshape(s.gradient(), kept), shape);
                                }}});
}

Tensor mean(const Tensor& x) { return mean(x, all_axes(x)); }

Tensor mean(const Tensor& x, const std::vector<int>& axes, Dims dims) {
  return sum(x, axes, dims) / count(x, axes);
}

Tensor var(const Tensor& x, const std::vector<int>& axes, Dims dims, Index correction) {
  const Tensor squares = sum(square(x - mean(x, axes, Dims::keep)), axes, dims);
  return squares / std::max(0.0, count(x, axes) - static_cast<double>(correction));
}

Tensor max(const Tensor& x, int axis, Dims dims) {
  axis = x.shape().axis(axis);
  require(x.dim(axis) > 0, "max: axis ", axis, " of ", x.shape(), " is empty");
  const Split s(x.shape(), axis, axis);
  require(s.middle * s.inner <= std::numeric_limits<std::int32_t>::max(), "max: ", x.shape(),
          " is too large along and behind axis ", axis);
  const kernels::Buffer<std::int32_t> positions(s.outer * s.inner);
  visit(x.dtype(), [&]<class T>(T) {
    kernels::argmax_middle(s.outer, s.middle, s.inner, x.data<T>(), positions.data());
  });
  for (Index i = 0; i < s.outer * s.inner; ++i)  // along the axis -> within the outer row
    positions[i] = static_cast<std::int32_t>(positions[i] * s.inner + i % s.inner);
  return gather(x, {s.outer, s.inner, positions.share()},
                dims == Dims::keep ? x.shape().with(axis, 1) : x.shape().without(axis));
}

Tensor min(const Tensor& x, int axis, Dims dims) {
  require(x.dim(axis) > 0, "min: axis ", x.shape().axis(axis), " of ", x.shape(), " is empty");
  return -max(-x, axis, dims);
}

std::vector<int> argmax(const Tensor& x) {
  require(x.rank() > 0 && x.dim(-1) > 0, "argmax: the last dimension of ", x.shape(), " is empty");
  require(x.dim(-1) <= std::numeric_limits<int>::max(), "argmax: ", x.shape(),
          " is too large along its last axis");
  std::vector<int> positions(static_cast<std::size_t>(x.size() / x.dim(-1)));
  visit(x.dtype(), [&]<class T>(T) {
    kernels::argmax_middle(std::ssize(positions), x.dim(-1), Index{1}, x.data<T>(), positions.data());
  });
  return positions;
}

std::vector<int> argmin(const Tensor& x) {
  require(x.rank() > 0 && x.dim(-1) > 0, "argmin: the last dimension of ", x.shape(), " is empty");
  return argmax(-x.detach());
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  require(broadcast(x.shape(), shape, "broadcast_to") == shape, "broadcast_to: ", x.shape(), " does not fit ",
          shape);
  const Tensor out = filled(shape, x.dtype(), [&]<class T>(T* to) {
    const T* const from = x.data<T>();
    kernels::broadcast_map(shape, from, x.shape(), from, x.shape(), to, [](T v, T) { return v; });
  });
  return record("broadcast_to", out,
                {{x, [from = x.shape()](const Step& s) { return sum_to(s.gradient(), from); }}});
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  require(broadcast(shape, x.shape(), "sum_to") == x.shape(), "sum_to: ", x.shape(),
          " is not broadcast from ", shape);
  const int extra = x.rank() - shape.rank();
  std::vector<int> axes;
  for (int d = 0; d < x.rank(); ++d)
    if (d < extra || (shape[d - extra] == 1 && x.dim(d) != 1)) axes.push_back(d);
  return reshape(sum(x, axes, Dims::keep), shape);
}

}  // namespace voronet
