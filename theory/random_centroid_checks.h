// The checks of centroid_checks.h on random layers, and what needs layers of a special kind.
#pragma once

#include <voronet/core/random.h>
#include <voronet/theory/check.h>

namespace voronet {

// Each draw: a softmax layer with c in 2..12 classes and d in 2..12 features, d < c - 1 included, with or
// without bias, and at times with features that hardly vary or not at all; a Gauss and a DUQ head; and 20
// points.
void check_random_centroids(Checks& checks, Index draws, Random& random);

// That with d < c - 1 no shift serves all classes of a random layer, and the lift serves them.
void check_too_few_features(Checks& checks, Random& random);

// That in float32, T1 alone misassigns points of ill-conditioned layers (of condition 1e-6: of features that
// hardly vary), and T2, which is chosen for them, does not. One trial: five layers, 32 points each.
void check_float32_lift(Checks& checks, Random& random);

}  // namespace voronet
