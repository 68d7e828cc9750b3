// Quick queries with the verdicts of the ordinary forward.
#pragma once

#include <voronet/attacks/attacked_model.h>

namespace voronet {

// The model's quick queries about `base`, except where the two largest logits, or another class's confidence
// and tau, are so close that rounding could turn the verdict: there the ordinary forward's answer is given
// instead. label: the class of the base. Throws as AskPixels does.
//
// Close is 1e-4 of the largest logit, ten times what the two forwards usually differ by. Another verdict may
// slip through, but every flip that an attack reports is confirmed.
PixelQueries settled_queries(const AttackedModel& model, const data::Images& base, int label, double tau);

}  // namespace voronet
