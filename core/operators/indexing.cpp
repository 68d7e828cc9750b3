#include <voronet/core/autograd.h>
#include <voronet/core/kernels/buffer.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace voronet {
namespace {

constexpr Index elements_a_piece = 1 << 13;

// The length of the rows that `wide` splits into. Checks that it does, and that there are `picked` positions.
Index row_length(const char* name, const Positions& positions, const Shape& wide, const Shape& picked) {
  const Index rows = positions.rows, count = rows * positions.per_row;
  require(positions.values && rows >= 0, name, ": no positions");
  require(rows == 0 ? wide.size() == 0 : wide.size() % rows == 0, name, ": ", wide, " does not split into ",
          rows, " equal rows");
  require(count == picked.size(), name, ": ", count, " positions in ", rows, " rows for ", picked);
  return rows == 0 ? 0 : wide.size() / rows;
}

// Calls f(row, that row's positions), in parallel; a row belongs to one thread, so equal positions never
// race. Throws Error on a position outside a row of this length.
template <class F>
void for_each_row(const char* name, const Positions& positions, Index length, const F& f) {
  const Index picked = positions.per_row;
  parallel_for(
      positions.rows, elements_a_piece / std::max<Index>(picked, 1) + 1, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
          const std::span at(positions.values.get() + row * picked, static_cast<std::size_t>(picked));
          const auto wrong =
              std::find_if(at.begin(), at.end(), [=](std::int32_t p) { return p < 0 || p >= length; });
          require(wrong == at.end(), name, ": position ", wrong == at.end() ? 0 : *wrong,
                  " is outside a row of ", length);
          f(row, at);
        }
      });
}

}  // namespace

Positions at_labels(std::span<const int> labels, Index classes) {
  for (const int label : labels)
    require(label >= 0 && label < classes, "at_labels: label ", label, " is outside 0..", classes - 1);
  const kernels::Buffer<std::int32_t> values(static_cast<Index>(labels.size()));
  std::copy(labels.begin(), labels.end(), values.data());
  return {static_cast<Index>(labels.size()), 1, values.share()};
}

Tensor gather(const Tensor& x, const Positions& positions, const Shape& shape) {
  const Index length = row_length("gather", positions, x.shape(), shape), picked = positions.per_row;
  const Tensor out = filled(shape, x.dtype(), [&]<class T>(T* to) {
    const T* const wide = x.data<T>();
    for_each_row("gather", positions, length, [=](Index row, std::span<const std::int32_t> at) {
      const T* from = wide + row * length;
      std::transform(at.begin(), at.end(), to + row * picked, [=](std::int32_t p) { return from[p]; });
    });
  });
  return record("gather", out, {{x, [positions, from = x.shape()](const Step& s) {
                                   return scatter_add(s.gradient(), positions, from);
                                 }}});
}

Tensor scatter_add(const Tensor& y, const Positions& positions, const Shape& shape) {
  const Index length = row_length("scatter_add", positions, shape, y.shape()), picked = positions.per_row;
  const Tensor out = filled(shape, y.dtype(), [&]<class T>(T* wide) {
    const T* const values = y.data<T>();
    for_each_row("scatter_add", positions, length, [=](Index row, std::span<const std::int32_t> at) {
      const T* from = values + row * picked;
      T* to = wide + row * length;
      std::fill_n(to, length, T(0));
      for (const std::int32_t p : at) to[p] += *from++;
    });
  });
  return record(
      "scatter_add", out,
      {{y, [positions, from = y.shape()](const Step& s) { return gather(s.gradient(), positions, from); }}});
}

Tensor rows(const Tensor& x, std::span<const int> indices) {
  require(x.rank() >= 1, "rows: a scalar has none");
  require(x.size() <= std::numeric_limits<std::int32_t>::max(), "rows: ", x.shape(), " is too large");
  const Index length = x.shape().without(0).size(), count = std::ssize(indices);
  const kernels::Buffer<std::int32_t> positions(count * length);
  std::int32_t* next = positions.data();
  for (const int row : indices) {
    require(row >= 0 && row < x.dim(0), "rows: index ", row, " is outside 0..", x.dim(0) - 1);
    std::iota(next, next + length, static_cast<std::int32_t>(row * length));
    next += length;
  }
  return gather(x, {1, count * length, positions.share()}, x.shape().with(0, count));
}

}  // namespace voronet
