// Gradients over the ranks of a team, each of which has a part of the batch.
#pragma once

#include <voronet/core/tensor.h>
#include <voronet/ranks/ranks.h>

namespace voronet {

// grad(loss, inputs), added up over the ranks' losses; all ranks must call, and all get the same bits. What
// is finished is on its way to the others while the rest is computed. Inputs are of one dtype.
Tensors grad_over(ranks::Team& team, const Tensor& loss, const Tensors& inputs);

}  // namespace voronet
