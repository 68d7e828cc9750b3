// Distances between points and centroids, and which is nearest.
#pragma once

#include <voronet/core/tensor.h>

#include <vector>

namespace voronet {

// |x_i - z_k|^2 of points (n, d) and centroids (c, d) of one dtype, computed in it: (n, c). By differences,
// since the expanded square would cancel. Throws Error when the shapes do not fit.
Tensor squared_distances(const Tensor& points, const Tensor& centroids);

// For each point the centroid with the smallest squared distance, the first of equals.
std::vector<int> nearest(const Tensor& points, const Tensor& centroids);

}  // namespace voronet
