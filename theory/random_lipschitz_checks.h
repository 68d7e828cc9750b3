// Checks of norms, slopes, gradients and certificates on random layers and small random networks: there,
// dense matrices say what is exact, and bounds are sharp, so errors show that a large network's loose bound
// would hide.
#pragma once

#include <voronet/core/random.h>
#include <voronet/theory/check.h>

namespace voronet {

// A random convolution of small images: its norm by power iteration and its bound against the singular values
// of its dense matrix, and its adjoint.
void check_random_convolution(Checks& checks, Random& random);

// The slope of a Gaussian confidence with a random gamma against its largest, and the Jacobian norm of
// softmax at random logits.
void check_random_slopes(Checks& checks, Random& random);

// Gradients of all losses in logits and their own parameters against central differences.
void check_random_loss_gradients(Checks& checks, Random& random);

// Certificates on a linear feature map whose bound is exact, with points where they are sharp, and bounds
// and certificates on a small convolutional network with a residual block.
void check_random_networks(Checks& checks, Random& random);

}  // namespace voronet
