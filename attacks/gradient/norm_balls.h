// Balls of the norms Linf, L2 and L1: their steepest points, projections onto them and draws from them. All
// take batches (n, ...) and treat each row on its own; nothing is recorded.
#pragma once

#include <voronet/core/random.h>
#include <voronet/core/tensor.h>

#include <string>

namespace voronet {

enum class Norm { linf, l2, l1 };
std::string name_of(Norm norm);  // "Linf", "L2", "L1"

// Linf and L2: the point of the unit ball that is farthest along the gradient: its signs, or its direction.
// L1: the signs of the share 1 - sparsity of the entries that are largest in absolute value (at least one,
// and those that equal the smallest of them), divided by their number; the steepest point itself would be a
// single entry. 0 where the gradient is 0.
Tensor steepest(Norm norm, const Tensor& gradient, double sparsity = 0.99);

// The nearest point, in the Euclidean sense, of the ball of this radius >= 0. L1: Duchi, Shalev-Shwartz,
// Singer, Chandra, "Efficient Projections onto the l1-Ball for Learning in High Dimensions", ICML 2008.
Tensor project(Norm norm, const Tensor& points, double radius);

// A point of this shape, drawn uniformly from the ball.
Tensor random_point(Norm norm, const Shape& shape, double radius, Random& random, Dtype dtype);

}  // namespace voronet
