// Checks of slopes, gradients and adjoints: each of something that may be wrong, and then fails.
#pragma once

#include <voronet/layers/heads/head.h>
#include <voronet/layers/spectral_norm.h>
#include <voronet/theory/check.h>
#include <voronet/theory/jacobian.h>

#include <functional>

namespace voronet {

// All tensors are f64.

// <C x, y> = <x, C^T y>, of a linear map with what is said to be its adjoint, for an input x and an output y.
void check_adjoint(Checks& checks, const LinearMap& map, const Tensor& x, const Tensor& y);

// That `largest` is the steepest slope of exp(-gamma r^2), by its differences over fine steps.
void check_steepest_slope(Checks& checks, double gamma, double largest);

// That no confidence of a Gauss or DUQ head is steeper at these features (n, d), by autograd, than its limit:
// `largest`, one a class (see largest_slopes in certificates.h).
void check_confidence_slopes(Checks& checks, Head& head, const Tensor& features,
                             const std::vector<double>& largest);

// That the Jacobian of what is said to be softmax has a norm of at most 1/2 at the logits (n, classes).
void check_softmax_jacobian(Checks& checks, const PointMap& softmax, const Tensor& logits);

// What are said to be the gradients of a loss in these inputs, of their shapes, against central differences.
// The loss reads the inputs, which are moved and put back.
void check_loss_gradients(Checks& checks, const std::function<Tensor()>& loss, const Tensors& inputs,
                          const Tensors& gradients);

}  // namespace voronet
