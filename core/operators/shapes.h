// Moving elements without changing them: reshape, transpose, slice, pad, concat, stack.
#pragma once

#include <voronet/core/tensor.h>

#include <vector>

namespace voronet {

// The same elements under another shape; shares storage. One size may be -1: the others tell it.
Tensor reshape(const Tensor& x, std::initializer_list<Index> sizes);
Tensor reshape(const Tensor& x, const Shape& shape);

// Dimension i of the result is dimension order[i] of x; copies. Throws Error unless order is a permutation.
Tensor transpose(const Tensor& x, const std::vector<int>& order);
Tensor transpose(const Tensor& x);  // of a matrix

// Elements begin..end-1 along an axis; shares storage along axis 0. Throws Error unless they are in range.
Tensor slice(const Tensor& x, int axis, Index begin, Index end);
// Zeros before and after along an axis: the adjoint of slice. before, after >= 0.
Tensor pad(const Tensor& x, int axis, Index before, Index after);

// One after another along an axis, the only one to differ; copies. Throws Error for none, or other shapes.
Tensor concat(const Tensors& parts, int axis);
// Tensors of one shape beside one another along a new axis of the result. Throws Error likewise.
Tensor stack(const Tensors& parts, int axis = 0);

}  // namespace voronet
