// Distances between points and centroids, and which is nearest.
#pragma once

#include <voronet/core/tensor.h>

#include <vector>

namespace voronet {

// |x_i - z_k|^2 of points (n, d) and centroids (c, d) of one dtype, computed in it: (n, c). By differences,
// since the expanded square would cancel. Throws Error when the shapes do not fit.
Tensor squared_distances(const Tensor& points, const Tensor& centroids);

// |W_k x_i - e_k|^2, the squares that a DUQ head compares (layers/heads/duq.h): of points (n, d) in each
// class's own space, by W (size, classes, d) and the centroids e (size, classes) there: (n, classes).
// Likewise.
Tensor class_space_squared_distances(const Tensor& points, const Tensor& weight, const Tensor& centroids);

// |x_i - y_k| of points (n, ...) and others (m, ...) of one size, seen as vectors, of any dtype: (n, m), f64.
// Throws Error when sizes do not fit, and for no points.
Tensor distances(const Tensor& points, const Tensor& others);

// For each point the centroid with the smallest squared distance, the first of equals.
std::vector<int> nearest(const Tensor& points, const Tensor& centroids);

}  // namespace voronet
