// Jacobian norms: by how much a network stretches the neighbourhood of an image. Each is a lower bound of the
// network's Lipschitz modulus, and says how loose the product of its layers' norms is.
#pragma once

#include <voronet/core/tensor.h>
#include <voronet/theory/operator_norm.h>

#include <functional>
#include <vector>

namespace voronet {

// (n, ...) -> (n, d), each point by itself, so of a network in evaluation mode; made of recorded operators.
using PointMap = std::function<Tensor(const Tensor& x)>;

struct JacobianOptions {
  Index batch = 100;     // points at a time, to bound memory, >= 1
  Index most_rows = 64;  // up to so many features the Jacobian's rows are made one by one, see below
  PowerOptions power = {};
};

// The largest singular values of the Jacobian (d, D) of phi at each of n points, from below, in x's dtype. At
// a kink the derivative is that of autograd. Power iteration on J^T J, on the matrix where d backward passes
// make it, one a row; else with two passes an iteration: J^T u is linear in u, so differentiating it once
// more, in u, gives J v. That ends when all points of a batch have converged.
// Throws Error unless n >= 1 and phi makes n rows of features.
std::vector<double> jacobian_norms(const PointMap& phi, const Tensor& x, const JacobianOptions& options = {});

}  // namespace voronet
