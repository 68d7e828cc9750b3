// A pass to the front over a box of one pixel's colours: what each value can be before its step's bend.
#pragma once

#include <voronet/layers/plan/margin_place.h>

#include <span>
#include <vector>

namespace voronet {

// Values are affine forms, as differences from the base image's (affine_forms.h, without roundings): since
// `within` says which values are off, and which do not bend any more, most need not be computed. memory: what
// the pass works in, kept from one to the next.
MarginRanges range_pass(const MarginPlace& place, std::span<const ValueRange> colours,
                        const MarginRanges& within, std::vector<double>& memory);

}  // namespace voronet
