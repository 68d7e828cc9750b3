// Feature maps of affine forms, window by window.
#pragma once

#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/delta.h>
#include <voronet/layers/plan/graph.h>

namespace voronet::plan {

// Calls use(first, last) for the elements of each of the window's rows.
template <class Use>
void for_each_row(const MapSize& map, const Windows& at, const Use& use) {
  const Index left = at.columns.begins.front(), top = at.rows.begins.front();
  for (Index row = top; row < top + at.rows.length; ++row)
    use((row * map.w + left) * map.c, (row * map.w + left + at.columns.length) * map.c);
}

// The largest magnitude within the windows; NaN is larger than all numbers.
double largest(const MapSize& map, const AffineForms& forms, const Windows& within);

// y becomes, in the changed windows of its map, a max-pooling of x. With `kink`, see maximum.
void max_pool(const PlanStep& step, const MapSize& in, const MapSize& out, const AffineForms& x,
              const Windows& changed, AffineForms& y, Kink* kink);

}  // namespace voronet::plan
