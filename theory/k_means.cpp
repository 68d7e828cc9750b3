#include <voronet/core/operators.h>
#include <voronet/layers/heads/head.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/k_means.h>

namespace voronet {
namespace {

// The distance of each point from the centroid that it is assigned to: (n, 1).
Tensor own(const Tensor& distances, std::span<const int> assignment) {
  require(distances.dim(0) == std::ssize(assignment), "k-means: ", assignment.size(), " assignments for ",
          distances.dim(0), " points");
  return gather(distances, at_labels(assignment, distances.dim(1)), {distances.dim(0), 1});
}

}  // namespace

double k_means_objective(const Tensor& points, const Tensor& centroids, std::span<const int> assignment) {
  return sum(own(squared_distances(points, centroids), assignment)).item();
}

Tensor flip_costs(const Tensor& points, const SoftmaxCentroids& centroids, std::span<const int> assignment) {
  const Tensor distances = squared_distances(points, centroids);
  return distances - own(distances, assignment);
}

CrossEntropyParts cross_entropy_parts(const Tensor& points, const SoftmaxCentroids& centroids,
                                      const Tensor& posterior) {
  const Tensor& z = centroids.centroids;
  const Tensor from_mean = placed(points, centroids) - matmul(posterior, z);
  const Tensor pairs = posterior * matmul(posterior, squared_distances(z, z));
  const double scale = 1 / (2 * centroids.alpha);
  const auto total = [](const Tensor& x) { return sum(x, {1}, Dims::keep); };
  return {.own = scale * squared_distances(points, centroids),
          .mean = -scale * total(square(from_mean)),
          .variance = -scale / 2 * total(pairs),
          .entropy = -total(posterior * log(clamp(posterior, 1e-300, 1)))};  // 0 ln 0 = 0
}

double class_mean_accuracy(const Tensor& points, std::span<const int> labels, Index classes) {
  const std::vector<int> assigned = nearest(points, class_means(points, labels, classes));
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += assigned[i] == labels[i];
  return right / static_cast<double>(labels.size());
}

}  // namespace voronet
