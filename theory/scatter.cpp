#include <voronet/core/operators/shapes.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/scatter.h>

#include <algorithm>
#include <limits>

namespace voronet {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Points as rows of double.
struct Rows {
  explicit Rows(const Tensor& points) {
    require(points.rank() >= 1 && points.dim(0) >= 1, "scatter: no points in ", points.shape());
    n = points.dim(0);
    size = points.size() / n;
    values = reshape(points.detach().to(Dtype::f64), Shape{n, size});
  }

  Tensor values;
  Index n, size;
};

// How many points each class has, and their means: (classes, size), zeros for none.
struct Means {
  std::vector<Index> points;
  Tensor values;
};

Means means_of(const Rows& rows, std::span<const int> labels, Index classes) {
  require(std::ssize(labels) == rows.n && classes >= 1, "scatter: ", rows.n, " points, ", labels.size(),
          " labels, ", classes, " classes");
  Means means{std::vector<Index>(classes, 0), zeros({classes, rows.size}, Dtype::f64)};
  double* sums = means.values.mutable_data<double>();
  for (Index i = 0; i < rows.n; ++i) {
    require(labels[i] >= 0 && labels[i] < classes, "scatter: label ", labels[i], " of ", classes, " classes");
    ++means.points[labels[i]];
    const double* row = rows.values.data<double>() + i * rows.size;
    for (Index j = 0; j < rows.size; ++j) sums[labels[i] * rows.size + j] += row[j];
  }
  for (Index k = 0; k < classes; ++k)
    for (Index j = 0; j < rows.size; ++j)
      sums[k * rows.size + j] /= static_cast<double>(std::max<Index>(means.points[k], 1));
  return means;
}

double squares_from_means(const Rows& rows, std::span<const int> labels, Index classes) {
  const Tensor squares = squared_distances(rows.values, means_of(rows, labels, classes).values);
  double total = 0;
  for (Index i = 0; i < rows.n; ++i) total += squares.at({i, labels[i]});
  return total;
}

}  // namespace

Scatter scatter(const Tensor& points, std::span<const int> labels, Index classes) {
  const Rows rows(points);
  const std::vector<int> one_class(labels.size(), 0);
  return {squares_from_means(rows, labels, classes), squares_from_means(rows, one_class, 1)};
}

double largest_pair_ratio(const Tensor& inputs, const Tensor& features) {
  const Tensor apart = distances(inputs, inputs), moved = distances(features, features);
  require(apart.shape() == moved.shape(), "pair ratio: of inputs ", inputs.shape(), " and features ",
          features.shape());
  double largest = 0;
  for (Index i = 0; i < apart.size(); ++i)
    if (apart.at(i) > 0) largest = std::max(largest, moved.at(i) / apart.at(i));
  return largest;
}

std::vector<ClassSpread> class_spreads(const Tensor& inputs, const Tensor& features,
                                       std::span<const int> labels, Index classes) {
  const auto [points, means] = means_of(Rows(features), labels, classes);
  require(inputs.dim(0) == features.dim(0), "class spreads: of inputs ", inputs.shape(), " and features ",
          features.shape());
  const Index n = inputs.dim(0);
  const Tensor apart = distances(inputs, inputs), from_means = distances(features, means),
               between_means = distances(means, means);
  std::vector<ClassSpread> spreads(
      classes, {.points = 0, .input_diameter = 0, .feature_radius = 0, .nearest_mean = infinity});
  for (Index i = 0; i < n; ++i) {
    ClassSpread& spread = spreads[labels[i]];
    ++spread.points;
    spread.feature_radius = std::max(spread.feature_radius, from_means.at({i, labels[i]}));
    for (Index j = 0; j < i; ++j)
      if (labels[j] == labels[i]) spread.input_diameter = std::max(spread.input_diameter, apart.at({i, j}));
  }
  for (Index k = 0; k < classes; ++k)
    for (Index l = 0; l < classes; ++l)
      if (l != k && points[l] > 0)
        spreads[k].nearest_mean = std::min(spreads[k].nearest_mean, between_means.at({k, l}));
  return spreads;
}

}  // namespace voronet
