#include <voronet/layers/plan/margin_place.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace voronet {

using namespace plan;

MarginPlace::MarginPlace(const MarginPlan& of, const MarginPlan::Base& about, const PixelBounds& all)
    : plan(of),
      base(about),
      maps(of.bounds().maps(), all.changed()),
      links(of.links(maps)),
      before(maps.size()),
      values(maps.size()),
      ranges(maps.size()),
      evaluated(maps.size()),
      off(maps.size()),
      slack(maps.size()) {
  for (int value = 0; value < std::ssize(of.bounds().maps()); ++value)
    maps.for_each(value, [&](Index e, Index p) {
      before[p] = base.before[of.whole().begin(value) + e];
      values[p] = base.values[of.whole().begin(value) + e];
      const auto& [range, rounding] = all.before(value)[e];
      evaluated[p] = range;
      off[p] = rounding;
      slack[p] = double_rounding * rounding;
      ranges[p] = {range.low + rounding - slack[p], range.high - rounding + slack[p]};
    });
  MarginPlan::Roundings found = of.roundings(base, maps, links, evaluated);
  roundings = std::move(found.of_sums);
  magnitudes = std::move(found.magnitudes);
}

bool MarginPlace::finite() const {
  const auto is_finite = [](double rounding) { return std::isfinite(rounding); };
  return std::ranges::all_of(base.roundings, is_finite) && std::ranges::all_of(roundings, is_finite) &&
         std::ranges::all_of(slack, is_finite) && std::ranges::all_of(magnitudes, is_finite);
}

}  // namespace voronet
