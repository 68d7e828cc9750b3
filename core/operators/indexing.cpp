#include <voronet/core/autograd.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/parallel.h>

#include <algorithm>

namespace voronet {
namespace {

constexpr Index elements_a_piece = 1 << 13;

// Checks that `wide` splits into rows that hold all positions, and that there are `picked` positions.
void check(const char* name, const Positions& positions, const Shape& wide, const Shape& picked) {
  require(positions.values && positions.rows >= 1, name, ": no positions");
  require(wide.size() % positions.rows == 0, name, ": ", wide, " does not split into ", positions.rows,
          " equal rows");
  require(
      static_cast<Index>(positions.values->size()) == picked.size() && picked.size() % positions.rows == 0,
      name, ": ", positions.values->size(), " positions for ", picked);
  const Index length = wide.size() / positions.rows;
  for (const std::int32_t p : *positions.values)
    require(p >= 0 && p < length, name, ": position ", p, " is outside a row of ", length);
}

}  // namespace

Positions at_labels(std::span<const int> labels, Index classes) {
  for (const int label : labels)
    require(label >= 0 && label < classes, "label ", label, " is outside 0..", classes - 1);
  return {static_cast<Index>(labels.size()),
          std::make_shared<const std::vector<std::int32_t>>(labels.begin(), labels.end())};
}

Tensor gather(const Tensor& x, const Positions& positions, const Shape& shape) {
  check("gather", positions, x.shape(), shape);
  Tensor out(shape, x.dtype());
  const Index length = x.size() / positions.rows, picked = positions.per_row();
  visit(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    parallel_for(positions.rows, elements_a_piece / std::max<Index>(picked, 1) + 1,
                 [&](Index begin, Index end) {
                   for (Index i = begin * picked; i < end * picked; ++i)
                     out.mutable_data<T>()[i] =
                         x.data<T>()[i / picked * length + (*positions.values)[static_cast<std::size_t>(i)]];
                 });
  });
  return record("gather", out, {{x, [positions, from = x.shape()](const Step& s) {
                                   return scatter_add(s.gradient(), positions, from);
                                 }}});
}

Tensor scatter_add(const Tensor& y, const Positions& positions, const Shape& shape) {
  check("scatter_add", positions, shape, y.shape());
  const Tensor out = zeros(shape, y.dtype());
  const Index length = shape.size() / positions.rows, picked = positions.per_row();
  visit(y.dtype(), [&](auto zero) {
    using T = decltype(zero);
    // One row belongs to one thread, so equal positions never race.
    parallel_for(positions.rows, elements_a_piece / std::max<Index>(picked, 1) + 1,
                 [&](Index begin, Index end) {
                   for (Index row = begin; row < end; ++row) {
                     T* to = out.mutable_data<T>() + row * length;
                     for (Index i = row * picked; i < (row + 1) * picked; ++i)
                       to[(*positions.values)[static_cast<std::size_t>(i)]] += y.data<T>()[i];
                   }
                 });
  });
  return record(
      "scatter_add", out,
      {{y, [positions, from = y.shape()](const Step& s) { return gather(s.gradient(), positions, from); }}});
}

}  // namespace voronet
