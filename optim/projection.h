// Projections: putting parameters back where they must be after a step (the proximal step of the authors'
// programs).
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

// Clamps every element into [low, high], in place; NaN stays. Throws Error when low > high.
void project_to_box(const Tensor& parameter, double low, double high);
// Scales the tensor down, in place, until its Euclidean norm is at most radius > 0 (up to rounding). Throws
// Error when radius is not positive.
void project_to_ball(const Tensor& parameter, double radius);

}  // namespace voronet
