// Checks on random layers and small random networks: there dense matrices say what is exact, and bounds are
// sharp, so errors show that a large network's loose bound would hide.
#pragma once

#include <voronet/core/random.h>
#include <voronet/theory/check.h>

namespace voronet {

// A convolution of small images: its norm and its bound against its dense matrix's, and its adjoint.
void check_random_convolution(Checks& checks, Random& random);

// The slope of a Gaussian confidence against its largest, and the Jacobian norm of softmax.
void check_random_slopes(Checks& checks, Random& random);

// Gradients of all losses in logits and their own parameters against central differences.
void check_random_loss_gradients(Checks& checks, Random& random);

// Certificates on a linear feature map whose bound is exact, where they are sharp, and bounds and
// certificates on a small residual network.
void check_random_networks(Checks& checks, Random& random);

// A softmax layer with c in 2..12 classes and d in 2..12 features, d < c - 1 included, with or
// without bias, and at times with features that hardly vary or not at all; a Gauss and a DUQ head; and 20
// points; the lift of a layer with d < c - 1, whose classes no shift serves; and float32, as below.
void check_random_centroids(Checks& checks, Random& random);

// That in float32, T1 alone misassigns points of ill-conditioned layers (of condition 1e-6: of features that
// hardly vary), and T2, which is chosen for them, does not. One trial: five layers, 32 points each.
void check_float32_lift(Checks& checks, Random& random);

}  // namespace voronet
