// Passes from the back over a box of one pixel's colours: what each value can be before its step's bend.
#pragma once

#include <voronet/layers/plan/back_pass.h>

#include <span>

namespace voronet {

// Cuts `ranges`, which the box's values have, by passes for each that may bend, earlier steps first,
// so that each pass reads what those before it found. In deep networks, where a pass to the front cannot
// cancel, its ranges are thousands of times wider. pass: what it works in, kept from one to the next.
void tighten(const MarginPlace& place, std::span<const ValueRange> colours, MarginRanges& ranges,
             plan::BackPass<8>& pass);

}  // namespace voronet
