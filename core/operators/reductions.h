// Sums, means and maxima over dimensions. The shape alone decides a sum's order, so threads change no bits.
#pragma once

#include <voronet/core/tensor.h>

#include <vector>

namespace voronet {

enum class Dims { drop, keep };  // whether reduced dimensions go away or stay with size 1

Tensor sum(const Tensor& x);  // of all elements, rank 0
// Over these axes, all different, negative ones from the end. Throws Error for one that x does not have.
Tensor sum(const Tensor& x, const std::vector<int>& axes, Dims dims = Dims::drop);
Tensor mean(const Tensor& x);  // NaN for no elements
// The sum over these axes, divided by how many elements each adds up; throws as sum.
Tensor mean(const Tensor& x, const std::vector<int>& axes, Dims dims = Dims::drop);

// The sum of squared deviations from the mean, divided by the number of values less the correction (1: the
// unbiased estimate; 0: the mean). NaN for no values, and for as many as the correction.
Tensor var(const Tensor& x, const std::vector<int>& axes, Dims dims = Dims::drop, Index correction = 1);

// Largest and smallest value along one axis, NaN if there is one; the gradient goes to the first place where
// it stands. Throw Error for an empty axis.
Tensor max(const Tensor& x, int axis, Dims dims = Dims::drop);
Tensor min(const Tensor& x, int axis, Dims dims = Dims::drop);
// Where it stands: positions along the last axis, one for each row of x seen as (rows, last).
std::vector<int> argmax(const Tensor& x);
std::vector<int> argmin(const Tensor& x);

// Broadcasting and its adjoint. broadcast_to repeats x along dimensions of size 1 and new leading ones;
// sum_to adds up over what broadcast_to would repeat. Both throw Error when `shape` does not fit.
Tensor broadcast_to(const Tensor& x, const Shape& shape);
Tensor sum_to(const Tensor& x, const Shape& shape);

}  // namespace voronet
