#include <voronet/core/operators.h>
#include <voronet/core/parallel.h>
#include <voronet/theory/distances.h>

namespace voronet {

Tensor squared_distances(const Tensor& points, const Tensor& centroids) {
  require(points.rank() == 2 && centroids.rank() == 2 && points.dim(1) == centroids.dim(1) &&
              points.dtype() == centroids.dtype(),
          "distances: points ", points.shape(), " of ", points.dtype(), " do not match centroids ",
          centroids.shape(), " of ", centroids.dtype());
  const Index n = points.dim(0), c = centroids.dim(0), d = points.dim(1);
  Tensor result({n, c}, points.dtype());
  visit(points.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = points.data<T>(), *z = centroids.data<T>();
    T* to = result.mutable_data<T>();
    parallel_for(n, 64, [&](Index first, Index last) {
      for (Index i = first; i < last; ++i)
        for (Index k = 0; k < c; ++k) {
          T total = 0;
          for (Index j = 0; j < d; ++j) {
            const T difference = x[i * d + j] - z[k * d + j];
            total += difference * difference;
          }
          to[i * c + k] = total;
        }
    });
  });
  return result;
}

Tensor squared_distances(const Tensor& points, const ClassSpaceForm& form) {
  const Tensor weight = form.weight.detach(), &centroids = form.centroids;
  require(weight.rank() == 3 && centroids.shape() == Shape{weight.dim(0), weight.dim(1)},
          "distances: weight ", weight.shape(), " does not match centroids ", centroids.shape());
  const Index size = weight.dim(0), classes = weight.dim(1), d = weight.dim(2);
  Tensors by_class;
  for (Index k = 0; k < classes; ++k) {
    const Tensor to_class = reshape(slice(weight, 1, k, k + 1), {size, d}),
                 centroid = reshape(slice(centroids, 1, k, k + 1), {1, size});
    by_class.push_back(squared_distances(matmul(points, to_class, {.b = true}), centroid));
  }
  return concat(by_class, 1);
}

Tensor distances(const Tensor& points, const Tensor& others) {
  const auto rows = [](const Tensor& x) {
    require(x.rank() >= 1 && x.dim(0) >= 1, "distances: no points in ", x.shape());
    return reshape(x.detach().to(Dtype::f64), Shape{x.dim(0), x.size() / x.dim(0)});
  };
  return sqrt(squared_distances(rows(points), rows(others)));
}

std::vector<int> nearest(const Tensor& points, const Tensor& centroids) {
  return argmin(squared_distances(points, centroids));
}

}  // namespace voronet
