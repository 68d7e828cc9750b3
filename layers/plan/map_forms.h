// Feature maps of affine forms, window by window.
#pragma once

#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/graph.h>
#include <voronet/layers/plan/windows.h>

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

// Calls use(row, column, tap) for each output pixel of a convolution or average-pooling that reads this input
// pixel, with the position in its window at which it does.
template <class Use>
void for_each_tap(const PlanStep& step, const MapSize& out, Index row, Index column, const Use& use) {
  const bool convolves = step.kind == PlanKind::convolution;
  const Index height = convolves ? step.weight.dim(2) : step.size,
              width = convolves ? step.weight.dim(3) : step.size;
  for (Index ky = 0; ky < height; ++ky)
    for (Index kx = 0; kx < width; ++kx) {
      const Index y = row + step.padding - ky, x = column + step.padding - kx;
      if (y >= 0 && x >= 0 && y % step.stride == 0 && x % step.stride == 0 && y / step.stride < out.h &&
          x / step.stride < out.w)
        use(y / step.stride, x / step.stride, ky * width + kx);
    }
}

// What reads an input pixel of a step that is a sum. Calls sum(row, column, tap) for an output pixel each of
// whose channels adds up all of the input pixel's, by the weights of a tap; and copy(row, column) for one
// each of whose channels takes the same one. Throws Error for other steps, and for a flatten, which does
// neither.
template <class Sum, class Copy>
void for_each_reader(const PlanStep& step, const MapSize& in, const MapSize& out, Index row, Index column,
                     const Sum& sum, const Copy& copy) {
  switch (step.kind) {
    case PlanKind::convolution:
      return for_each_tap(step, out, row, column, sum);
    case PlanKind::average_pool:
      return for_each_tap(step, out, row, column, [&](Index y, Index x, Index) { copy(y, x); });
    case PlanKind::linear:
      return sum(0, 0, row * in.w + column);
    case PlanKind::global_average:
      return copy(0, 0);
    case PlanKind::elementwise:
      return copy(row, column);
    case PlanKind::pad:
      return for_each_copy(step.pads, in, row, column, copy);
    case PlanKind::flatten:
    case PlanKind::function:  // no sums
    case PlanKind::max_pool:
    case PlanKind::concat:
    case PlanKind::gauss:
    case PlanKind::squares:
    case PlanKind::module:
      break;
  }
  throw Error("bounds: a step that is no sum");
}

// Calls use(input element) for each of which this output element of a max-pooling is the largest.
template <class Use>
void for_each_pooled(const PlanStep& step, const MapSize& in, const MapSize& out, Index e, const Use& use) {
  const Index top = e / out.c / out.w * step.stride, left = e / out.c % out.w * step.stride;
  for (Index ky = 0; ky < step.size; ++ky)
    for (Index kx = 0; kx < step.size; ++kx) use(((top + ky) * in.w + left + kx) * in.c + e % out.c);
}

// The largest magnitude within the windows; NaN is larger than all numbers.
double largest(const MapSize& map, const AffineForms& forms, const Windows& within);

// What the forms allow within the windows.
void see_unbent(const MapSize& map, const AffineForms& forms, const Windows& within,
                std::vector<Unbent>& unbent);

// Whether a step's outputs are weighted sums of what it reads (and what then bends them is its ReLU).
bool is_sum(PlanKind kind);

// The result of a step that is no sum, in its changed windows; maps and values are the plan's. With `kink`,
// see maximum and apply.
void bend(const PlanStep& step, std::span<const MapSize> maps, std::vector<AffineForms>& values,
          const Windows& changed, Kink* kink);

}  // namespace voronet::plan
