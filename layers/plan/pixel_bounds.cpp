#include <voronet/layers/plan/map_forms.h>
#include <voronet/layers/plan/pixel_bounds.h>

#include <algorithm>

namespace voronet {

using namespace plan;

namespace {

Windows window(Index top, Index left, Index height, Index width) {
  return {{height, {top}}, {width, {left}}};
}

}  // namespace

PixelBounds::PixelBounds(const BoundPlan& plan, const BoundPlan::Base& base) : plan_(plan), base_(base) {
  const Index directions = plan.image_shape()[2];
  for (std::size_t value = 0; value < plan.maps_.size(); ++value) {
    const MapSize& map = plan.maps_[value];
    values_.emplace_back(map.size(), directions);
    restore(map, base.values[value], whole_map(map, 1), values_.back());
    changed_.push_back(window(0, 0, 0, 0));
  }
  largest_ = base.largest;
}

// The forms become the base's in this window.
void PixelBounds::restore(const MapSize& map, const AffineForms& base, const Windows& changed,
                          AffineForms& forms) {
  for_each_row(map, changed, [&](Index first, Index last) {
    const Index n = last - first;
    std::copy_n(base.plane(0) + first, n, forms.plane(0) + first);
    for (Index k = 0; k < forms.directions(); ++k) std::fill_n(forms.plane(1 + k) + first, n, 0.0);
    std::fill_n(forms.plane(forms.planes() - 2) + first, n, 0.0);
    std::copy_n(base.plane(2) + first, n, forms.plane(forms.planes() - 1) + first);
  });
}

const AffineForms& PixelBounds::features(Index row, Index column, std::span<const ValueRange> ranges) {
  const Index channels = plan_.maps_[0].c;
  require(row >= 0 && row < plan_.maps_[0].h && column >= 0 && column < plan_.maps_[0].w &&
              std::ssize(ranges) == channels,
          "bounds: pixel (", row, ", ", column, ") with ", ranges.size(), " ranges, of an image ",
          plan_.image_shape());
  const auto change = [&](int value, Windows windows) {
    restore(plan_.maps_[value], base_.values[value], changed_[value], values_[value]);
    changed_[value] = std::move(windows);
  };
  change(0, window(row, column, 1, 1));
  for (Index k = 0; k < channels; ++k) {
    const Index e = (row * plan_.maps_[0].w + column) * channels + k;
    const auto [low, high] = ranges[k];
    values_[0].centre(e) = (low + high) / 2;
    values_[0].slope(k, e) = (high - low) / 2;
    values_[0].rounding(e) = read_rounding * std::max(std::abs(low), std::abs(high));
  }
  const auto see_largest = [&](int value) {
    largest_[value] =
        larger(base_.largest[value], largest(plan_.maps_[value], values_[value], changed_[value]));
  };
  see_largest(0);
  Kink kink;
  for (std::size_t i = 0; i < plan_.graph_.steps.size(); ++i) {
    const PlanStep& step = plan_.graph_.steps[i];
    // Behind a step that bends, forms are no longer the exact course.
    Kink* watch = channels == 1 && !kink.at() ? &kink : nullptr;
    const AffineForms& x = values_[step.input];
    AffineForms& y = values_[step.output];
    Windows windows = plan_.outputs(i, changed_[step.input]);
    if (step.residual >= 0) {
      const Windows& other = changed_[step.residual];
      windows = {hull(windows.rows, other.rows), hull(windows.columns, other.columns)};
    }
    change(step.output, windows);
    if (!is_sum(step.kind)) {
      bend(step, plan_.maps_, values_, windows, watch);
    } else {
      restore(plan_.maps_[step.output], base_.sums[step.output], windows, y);
      plan_.add_affine(step, plan_.roundings_[i].sum, x, &base_.values[step.input], changed_[step.input], y);
      plan_.finish(i, values_, plan_.largest_read(step, largest_), windows, watch);
    }
    see_largest(step.output);
  }
  kink_ = kink.at();
  return values_[plan_.graph_.output];
}

}  // namespace voronet
