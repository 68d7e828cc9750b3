// Quick queries with the verdicts of the ordinary forward: for attacks that claim to miss nothing.
#pragma once

#include <voronet/attacks/attacked_model.h>

namespace voronet {

// The model's quick queries about `base`, except where their rounding (1e-5 of the logits) could turn a
// verdict: where the two largest logits, or another class's confidence and tau, are closer than ten times
// that, the ordinary forward's answer is given instead. label: the class of the base. Throws as
// AskPixels does.
std::unique_ptr<PixelQueries> settled_queries(const AttackedModel& model, const data::Images& base, int label,
                                              double tau);

}  // namespace voronet
