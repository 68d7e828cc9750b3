#include <voronet/layers/plan/map_forms.h>
#include <voronet/layers/plan/pixel_bounds.h>

#include <algorithm>

namespace voronet {

using namespace plan;

namespace {

bool overlap(const Spans& a, const Spans& b) {
  return a.begins.front() < b.begins.front() + b.length && b.begins.front() < a.begins.front() + a.length;
}

}  // namespace

// What two windows have in common would be counted twice.
PixelBounds::Regions PixelBounds::apart(Regions regions) {
  for (std::size_t i = 1; i < regions.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      Windows &a = regions[j], &b = regions[i];
      if (!overlap(a.rows, b.rows) || !overlap(a.columns, b.columns)) continue;
      a = {hull(a.rows, b.rows), hull(a.columns, b.columns)};
      regions.erase(regions.begin() + static_cast<std::ptrdiff_t>(i));
      return apart(std::move(regions));
    }
  return regions;
}

PixelBounds::PixelBounds(const BoundPlan& plan, const BoundPlan::Base& base, Index pixels)
    : plan_(plan),
      base_(base),
      changed_(plan.maps_.size()),
      before_(base.before),
      largest_(base.largest),
      pixels_(pixels) {
  const Index directions = plan.image_shape()[2] * pixels;
  for (std::size_t value = 0; value < plan.maps_.size(); ++value) {
    const MapSize& map = plan.maps_[value];
    values_.emplace_back(map.size(), directions);
    restore(map, base.values[value], {whole_map(map, 1)}, values_.back());
  }
}

// The forms become the base's in these windows.
void PixelBounds::restore(const MapSize& map, const AffineForms& base, const Regions& changed,
                          AffineForms& forms) {
  for (const Windows& region : changed)
    for_each_row(map, region, [&](Index first, Index last) {
      const Index n = last - first;
      std::copy_n(base.plane(0) + first, n, forms.plane(0) + first);
      for (Index k = 0; k < forms.directions(); ++k) std::fill_n(forms.plane(1 + k) + first, n, 0.0);
      std::fill_n(forms.plane(forms.planes() - 2) + first, n, 0.0);
      std::copy_n(base.plane(2) + first, n, forms.plane(forms.planes() - 1) + first);
    });
}

// A step's sums, and what its epilogue makes of them.
void PixelBounds::sum(std::size_t number, Kink* kink) {
  const PlanStep& step = plan_.graph_.steps[number];
  const Regions& to = changed_[step.output];
  const AffineForms& base = base_.values[step.input];
  AffineForms& y = values_[step.output];
  restore(plan_.maps_[step.output], base_.sums[step.output], to, y);
  for (const Windows& region : changed_[step.input])
    plan_.add_affine(step, plan_.roundings_[number].sum, values_[step.input], &base, region, y);
  for (const Windows& region : to)
    plan_.finish(number, values_, plan_.largest_read(step, largest_), region, kink, before_[step.output]);
}

void PixelBounds::bend(const PlanStep& step, Kink* kink) {
  for (const Windows& region : changed_[step.output]) {
    plan::bend(step, plan_.maps_, values_, region, kink);
    see_unbent(plan_.maps_[step.output], values_[step.kind == PlanKind::function ? step.input : step.output],
               region, before_[step.output]);
  }
}

// What the last pixels changed becomes the base's again.
void PixelBounds::move_to(std::span<const Index> positions) {
  if (std::ranges::equal(positions, positions_)) return;
  for (std::size_t value = 0; value < values_.size(); ++value) {
    restore(plan_.maps_[value], base_.values[value], changed_[value], values_[value]);
    for (const Windows& region : changed_[value])
      for_each_row(plan_.maps_[value], region, [&](Index first, Index end) {
        std::copy(base_.before[value].begin() + first, base_.before[value].begin() + end,
                  before_[value].begin() + first);
      });
  }
  positions_.assign(positions.begin(), positions.end());
  changed_[0].clear();
  for (const Index position : positions)
    changed_[0].push_back({{1, {position / plan_.maps_[0].w}}, {1, {position % plan_.maps_[0].w}}});
  for (std::size_t i = 0; i < plan_.graph_.steps.size(); ++i) {
    const PlanStep& step = plan_.graph_.steps[i];
    Regions regions;
    for (const Windows& region : changed_[step.input]) regions.push_back(plan_.outputs(i, region));
    if (step.residual >= 0)
      for (const Windows& region : changed_[step.residual]) regions.push_back(region);
    changed_[step.output] = apart(std::move(regions));
  }
}

std::vector<Windows> PixelBounds::changed() const {
  std::vector<Windows> windows(changed_.size(), Windows{{0, {0}}, {0, {0}}});  // empty
  for (std::size_t value = 0; value < windows.size(); ++value) {
    if (changed_[value].empty()) continue;  // no step's
    Windows& all = windows[value] = changed_[value].front();
    for (const Windows& each : changed_[value])
      all = {hull(all.rows, each.rows), hull(all.columns, each.columns)};
  }
  return windows;
}

const AffineForms& PixelBounds::features(Index row, Index column, std::span<const ValueRange> ranges) {
  const MapSize& image = plan_.maps_[0];
  require(row >= 0 && row < image.h && column >= 0 && column < image.w, "bounds: pixel (", row, ", ", column,
          ") of an image ", plan_.image_shape());
  const Index position = row * image.w + column;
  return features({&position, 1}, ranges);
}

const AffineForms& PixelBounds::features(std::span<const Index> positions,
                                         std::span<const ValueRange> ranges) {
  const MapSize& image = plan_.maps_[0];
  const Index values = pixels_ * image.c;
  require(std::ssize(positions) == pixels_ && std::ssize(ranges) == values, "bounds: ", positions.size(),
          " pixels with ", ranges.size(), " ranges, for ", pixels_, " of an image ", plan_.image_shape());
  const auto see_largest = [&](int value) {
    largest_[value] = base_.largest[value];
    for (const Windows& region : changed_[value])
      largest_[value] = larger(largest_[value], largest(plan_.maps_[value], values_[value], region));
  };
  for (const Index position : positions)
    require(position >= 0 && position < image.h * image.w, "bounds: pixel ", position, " of an image ",
            plan_.image_shape());
  move_to(positions);
  for (Index k = 0; k < values; ++k) {
    const Index e = positions[k / image.c] * image.c + k % image.c;
    const auto [low, high] = ranges[k];
    values_[0].centre(e) = (low + high) / 2;
    values_[0].slope(k, e) = (high - low) / 2;
    values_[0].rounding(e) = read_rounding * std::max(std::abs(low), std::abs(high));
  }
  see_largest(0);
  for (const Windows& region : changed_[0]) see_unbent(image, values_[0], region, before_[0]);
  Kink kink;
  for (std::size_t i = 0; i < plan_.graph_.steps.size(); ++i) {
    const PlanStep& step = plan_.graph_.steps[i];
    // Behind a step that bends, forms are no longer the exact course.
    Kink* watch = values == 1 && !kink.at() ? &kink : nullptr;
    if (is_sum(step.kind))
      sum(i, watch);
    else
      bend(step, watch);
    see_largest(step.output);
  }
  kink_ = kink.at();
  return values_[plan_.graph_.output];
}

}  // namespace voronet
