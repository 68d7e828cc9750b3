// Fusing: fewer steps that compute the same.
#pragma once

#include <voronet/layers/plan/graph.h>

namespace voronet::plan {

// - Scales, shifts (so batch-norm), residuals and ReLUs move into the epilogue of the step before them, and
//   scales and shifts on into the weights, where no other step reads the value between.
// - A scale and shift that only convolutions without padding and linears read (so a normalisation) moves into
//   their weights. With padding it cannot: the zeros are put around the shifted image.
// - A max-pool moves into the convolution before it where a kernel can take both at once, unless
//   poolings are to stay apart.
// - A flatten that only linears read goes away: their weights are put into the order of its input.
// The result is the same but for rounding.
enum class Pooling { fuse, apart };
void fuse(PlanGraph& graph, Pooling pooling = Pooling::fuse);

}  // namespace voronet::plan
