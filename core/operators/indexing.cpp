#include <voronet/core/autograd.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/parallel.h>

#include <algorithm>

namespace voronet {
namespace {

constexpr Index elements_a_piece = 1 << 13;

// The length of the rows that `wide` splits into. Checks that it does, that there are `picked` positions, and
// that they lie within the rows.
Index row_length(const char* name, const Positions& positions, const Shape& wide, const Shape& picked) {
  const Index rows = positions.rows;
  require(positions.values && rows >= 0, name, ": no positions");
  const auto splits = [&](const Shape& shape) {
    return rows == 0 ? shape.size() == 0 : shape.size() % rows == 0;
  };
  require(splits(wide), name, ": ", wide, " does not split into ", rows, " equal rows");
  require(static_cast<Index>(positions.values->size()) == picked.size() && splits(picked), name, ": ",
          positions.values->size(), " positions in ", rows, " rows for ", picked);
  const Index length = rows == 0 ? 0 : wide.size() / rows;
  for (const std::int32_t p : *positions.values)
    require(p >= 0 && p < length, name, ": position ", p, " is outside a row of ", length);
  return length;
}

}  // namespace

Positions at_labels(std::span<const int> labels, Index classes) {
  for (const int label : labels)
    require(label >= 0 && label < classes, "at_labels: label ", label, " is outside 0..", classes - 1);
  return {static_cast<Index>(labels.size()),
          std::make_shared<const std::vector<std::int32_t>>(labels.begin(), labels.end())};
}

Tensor gather(const Tensor& x, const Positions& positions, const Shape& shape) {
  const Index length = row_length("gather", positions, x.shape(), shape), picked = positions.per_row();
  Tensor out(shape, x.dtype());
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
  const Index length = row_length("scatter_add", positions, shape, y.shape()), picked = positions.per_row();
  const Tensor out = zeros(shape, y.dtype());
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
