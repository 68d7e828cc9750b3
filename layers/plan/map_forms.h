// Feature maps of affine forms, window by window.
#pragma once

#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/delta.h>
#include <voronet/layers/plan/graph.h>

#include <span>
#include <vector>

namespace voronet::plan {

// Calls use(first, last) for the elements of each of the window's rows.
template <class Use>
void for_each_row(const MapSize& map, const Windows& at, const Use& use) {
  const Index left = at.columns.begins.front(), top = at.rows.begins.front();
  for (Index row = top; row < top + at.rows.length; ++row)
    use((row * map.w + left) * map.c, (row * map.w + left + at.columns.length) * map.c);
}

// Calls use(row, column) for each of a padding's pixels that is a copy of this one.
template <class Use>
void for_each_copy(const Pads& pads, const MapSize& in, Index row, Index column, const Use& use) {
  const auto first = [&](Index i, Index before) { return i == 0 && pads.nearest ? 0 : i + before; };
  const auto last = [&](Index i, Index size, Index before, Index after) {
    return i + before + (i == size - 1 && pads.nearest ? after : 0);
  };
  for (Index y = first(row, pads.top); y <= last(row, in.h, pads.top, pads.bottom); ++y)
    for (Index x = first(column, pads.left); x <= last(column, in.w, pads.left, pads.right); ++x) use(y, x);
}

// The largest magnitude within the windows; NaN is larger than all numbers.
double largest(const MapSize& map, const AffineForms& forms, const Windows& within);

// Whether a step's outputs are weighted sums of what it reads (and what then bends them is its ReLU).
bool is_sum(PlanKind kind);

// The result of a step that is no sum, in its changed windows; maps and values are the plan's. With `kink`,
// see maximum and apply.
void bend(const PlanStep& step, std::span<const MapSize> maps, std::vector<AffineForms>& values,
          const Windows& changed, Kink* kink);

}  // namespace voronet::plan
