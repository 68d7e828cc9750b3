// Checks of a Lipschitz bound on data: the scatter theorem (scatter.h), what a network does between and
// around images, and certificates (certificates.h), each tried to be broken.
#pragma once

#include <voronet/core/random.h>
#include <voronet/layers/heads/head.h>
#include <voronet/theory/check.h>
#include <voronet/theory/jacobian.h>
#include <voronet/theory/lipschitz.h>

#include <span>
#include <vector>

namespace voronet {

// A feature map, the Lipschitz bound that it is said to have, and points to try that on. All in f64, which
// the network behind phi must be in, and in evaluation mode.
struct BoundedMap {
  PointMap phi;
  double lipschitz = 0;
  Tensor points;            // (n, ...)
  std::vector<int> labels;  // n, the classes that the scatter theorem speaks of
};

// The scatter theorem, (i) to (iv); pair ratios, and Jacobian norms (jacobian_norms of the points), against
// the bound. Some fail when the bound is too small by enough.
void check_lipschitz(Checks& checks, const BoundedMap& map, std::span<const double> jacobian_norms);

// Of a head on phi's features, linear or made of centroids: that no prediction changes at its certified
// radius times 1 - 1e-9, in `directions` random ones and in those that lower the margin over each other class
// most; and for centroids in one space that radii from the own confidence are not larger, and that islands
// are as far apart as they must.
void check_certificates(Checks& checks, const BoundedMap& map, Head& head, Index directions, Random& random);

// That a radius from the own confidence alone (own_confidence_radii) is not above the one from all: of what
// is said to be a head's form, its logits (n, classes), and a Lipschitz bound.
void check_own_confidence(Checks& checks, const CentroidForm& said, const Tensor& logits, double lipschitz);

// That no step's norm by power iteration is above its bound.
void check_step_norms(Checks& checks, const Lipschitz& lipschitz);

}  // namespace voronet
