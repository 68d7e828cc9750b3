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

Tensor distances(const Tensor& points, const Tensor& others) {
  const auto rows = [](const Tensor& x) {
    require(x.rank() >= 1 && x.dim(0) >= 1, "distances: no points in ", x.shape());
    return x.to(Dtype::f64).view({x.dim(0), x.size() / x.dim(0)});
  };
  return sqrt(squared_distances(rows(points), rows(others)));
}

std::vector<int> nearest(const Tensor& points, const Tensor& centroids) {
  return argmax(-squared_distances(points, centroids));
}

}  // namespace voronet
