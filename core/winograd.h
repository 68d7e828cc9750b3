// Whether convolutions may take Winograd's algorithm F(4x4, 3x3): about twice as fast where channels are
// many, but its transforms round more than sums of products do, and proofs allow for it
// (layers/plan/rounding.h).
#pragma once

namespace voronet {

bool winograd();  // true until set

// For the process, before weights are packed: before a network's first forward and its bounds. Proofs that
// are made without speak of evaluations without, in any program.
void set_winograd(bool allowed);

}  // namespace voronet
