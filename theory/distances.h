// Distances between points and centroids, and which is nearest.
#pragma once

#include <voronet/layers/heads/form.h>

#include <vector>

namespace voronet {

// |x_i - z_k|^2 of points (n, d) and centroids (c, d) of one dtype, computed in it: (n, c). By differences,
// since the expanded square would cancel. Throws Error when the shapes do not fit.
Tensor squared_distances(const Tensor& points, const Tensor& centroids);

// |W_k x_i - e_k|^2 of points (n, d) in each class's own space: (n, classes). Likewise.
Tensor squared_distances(const Tensor& points, const ClassSpaceForm& form);

// |x_i - y_k| of points (n, ...) and others (m, ...) of one size, seen as vectors, of any dtype: (n, m), f64.
// Throws Error when sizes do not fit, and for no points.
Tensor distances(const Tensor& points, const Tensor& others);

// For each point the centroid with the smallest squared distance, the first of equals.
std::vector<int> nearest(const Tensor& points, const Tensor& centroids);

}  // namespace voronet
