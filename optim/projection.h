// Projections: putting parameters back where they must be after a step, the authors' proximal step.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

// Clamps every element into [low, high], in place; NaN stays. Throws Error when low > high.
void project_to_box(const Tensor& parameter, double low, double high);
// Scales the tensor down, in place, to a Euclidean norm of at most radius. Throws Error unless radius > 0.
void project_to_ball(const Tensor& parameter, double radius);

}  // namespace voronet
