// Gradients over the ranks of a team, each of which has a part of the batch.
#pragma once

#include <voronet/optim/training/batch_gradients.h>
#include <voronet/ranks/ranks.h>

namespace voronet {

// batch_gradients() of this rank's n images, with the gradients added up over the ranks; all must call, and
// all get the same bits. Of a batch in one piece, what is finished is on its way to the others while the rest
// is computed. The loss is this rank's alone. Inputs are of one dtype.
BatchGradients batch_gradients_over(ranks::Team& team, Module& network, Index n, const PieceLoss& loss,
                                    const Tensors& inputs);

}  // namespace voronet
