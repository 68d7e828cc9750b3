// Planes in the feature space R^d: where its flat pictures are cut.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

// What a network says at a point of the plane is exact, since the point is a feature vector; data lie off the
// plane, and are seen where they are nearest to it: a projection. For d = 2 both are exact.
// All tensors are f64.
struct FeaturePlane {
  Tensor origin;      // (1, d)
  Tensor directions;  // (2, d), of length 1, at right angles

  // (n, d) -> (n, 2): of the plane's nearest points.
  Tensor coordinates(const Tensor& features) const;
  // (n, 2) -> (n, d).
  Tensor features(const Tensor& coordinates) const;
};

// All of R^2, with its own coordinates.
FeaturePlane whole_plane();

// Through the mean of the features (n, d), along the two directions in which they vary most (principal
// components). Each direction's largest entry is positive, so that the picture does not depend on chance.
// Throws Error unless d >= 2 and n >= 1.
FeaturePlane principal_plane(const Tensor& features);

// Through three points (3, d); the first direction leads from the first to the second. Throws Error when they
// lie on a line.
FeaturePlane plane_through(const Tensor& points);

}  // namespace voronet
